using System.Security.Cryptography;
using System.Text.Json;
using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Identity;

/// <summary>What a repository is, for ever: its id, its key and how it cuts. The content of the repository file.</summary>
internal sealed record RepositoryIdentity(Guid Id, byte[] Key, CuttingRules Rules, DateTimeOffset CreatedAt)
{
    private const string KeyInTheClear = "none";

    public static ReadOnlySpan<byte> Magic => "BFREPO\r\n"u8;

    public RepositoryKeys Keys { get; } = new(Key);

    public static RepositoryIdentity New(CuttingRules? rules, TimeProvider time) => new(
        Guid.NewGuid(),
        RandomNumberGenerator.GetBytes(RepositoryKeys.Size),
        rules ?? CuttingRules.Default(BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)))),
        time.GetUtcNow());

    public byte[] Encode()
    {
        var body = new RepositoryBody(
            Id,
            CreatedAt,
            new(Rules.Seed, Rules.LeastClusters, Rules.AverageClusters, Rules.GreatestClusters, Rules.SpanClusters, Rules.ZeroRunClusters),
            [new(1, KeyInTheClear, Key)]);
        return SignedFile.Encode(Magic, Id, JsonSerializer.SerializeToUtf8Bytes(body, StoreJson.Default.RepositoryBody), Keys.RepositoryFile);
    }

    public static RepositoryIdentity Decode(string file, ReadOnlyMemory<byte> bytes)
    {
        var state = SignedFile.TryDecode(bytes, Magic, out var content);
        if (state == SignedFileState.TooNew) throw RepositoryErrors.TooNew(file, content.Version);
        if (state != SignedFileState.Whole) throw RepositoryErrors.Damaged(file, "its checksum does not match");
        var identity = Read(file, content);
        if (identity.Id != content.Repository || !SignedFile.IsAuthentic(content, identity.Keys.RepositoryFile))
            throw RepositoryErrors.Damaged(file, "its content does not match its key");
        return identity;
    }

    private static RepositoryIdentity Read(string file, in SignedFileContent content)
    {
        RepositoryBody body;
        try
        {
            body = JsonSerializer.Deserialize(content.Body.Span, StoreJson.Default.RepositoryBody)!;
        }
        catch (JsonException exception)
        {
            throw RepositoryErrors.Damaged(file, "its body is not what this version writes", exception);
        }

        var key = body.Keys.LastOrDefault(candidate => candidate.Wrapping == KeyInTheClear && candidate.Key.Length == RepositoryKeys.Size)
            ?? throw RepositoryErrors.Damaged(file, "it holds no key that this version can use");
        var cut = body.Rules;
        return new(body.Id, key.Key, new(cut.Seed, cut.LeastClusters, cut.AverageClusters, cut.GreatestClusters, cut.SpanClusters, cut.ZeroRunClusters), body.CreatedAt);
    }
}
