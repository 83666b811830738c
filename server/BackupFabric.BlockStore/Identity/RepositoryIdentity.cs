using System.Security.Cryptography;
using System.Text.Json;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;

namespace BackupFabric.BlockStore.Identity;

/// <summary>What a repository is: its id, its master key and how it cuts, for ever; and its vault, which changes. The content of the repository file.</summary>
/// <param name="Vault">Null when the repository is not encrypted.</param>
internal sealed record RepositoryIdentity(Guid Id, byte[] Key, CuttingRules Rules, DateTimeOffset CreatedAt, VaultState? Vault = null)
{
    public const string KeyInTheClear = "none";
    public const string KeyInRing = "ring";

    public static ReadOnlySpan<byte> Magic => "BFREPO\r\n"u8;

    public RepositoryKeys Keys { get; } = new(Key);

    /// <param name="iterations">Of the derivation from a passphrase.</param>
    public static RepositoryIdentity New(CuttingRules? rules, RepositorySecret? secret, int iterations, TimeProvider time)
    {
        var (id, now) = (Guid.NewGuid(), time.GetUtcNow());
        return new(
            id,
            KeyBytes.Random(RandomNumberGenerator.Fill),
            rules ?? CuttingRules.Default(BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)))),
            now,
            secret is null ? null : VaultState.New(id, secret, now, iterations, RandomNumberGenerator.Fill));
    }

    public byte[] Encode(FillRandom random)
    {
        var body = Vault is null ? InTheClear() : InRing(Vault, random);
        return SignedFile.Encode(Magic, Id, JsonSerializer.SerializeToUtf8Bytes(body, StoreJson.Default.RepositoryBody), Keys.RepositoryFile, encrypted: Vault is not null);
    }

    public void Wipe()
    {
        CryptographicOperations.ZeroMemory(Key);
        if (Vault is null) return;
        CryptographicOperations.ZeroMemory(Vault.RingKey);
        foreach (var key in Vault.DataKeys) CryptographicOperations.ZeroMemory(key.Key);
    }

    private RepositoryBody InTheClear() => new(
        Id,
        CreatedAt,
        new(Rules.Seed, Rules.LeastClusters, Rules.AverageClusters, Rules.GreatestClusters, Rules.SpanClusters, Rules.ZeroRunClusters),
        [new(1, KeyInTheClear, Key)]);

    private RepositoryBody InRing(VaultState vault, FillRandom random) => new(
        Id,
        CreatedAt,
        null,
        [new(1, KeyInRing, new KeyRing(Key, Rules, vault.DataKeys).Seal(vault.RingKey, Id, vault.Generation, random))],
        vault.Generation,
        vault.Secrets);
}
