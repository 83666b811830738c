using System.Text.Json;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;

namespace BackupFabric.BlockStore.Identity;

/// <summary>One of the two repository files as read: whole, and not trusted before it was opened.</summary>
internal sealed class RepositoryFile
{
    private readonly SignedFileContent _content;
    private readonly RepositoryBody _body;

    private RepositoryFile(string name, in SignedFileContent content, RepositoryBody body) => (Name, _content, _body) = (name, content, body);

    public string Name { get; }

    public ReadOnlyMemory<byte> Bytes => _content.File;

    public Guid Id => _content.Repository;

    public bool IsEncrypted => _content.IsEncrypted;

    public long Generation => _body.Generation ?? 0;

    /// <summary>Fails with <c>repository-damaged</c> or <c>repository-too-new</c>.</summary>
    public static RepositoryFile Parse(string name, ReadOnlyMemory<byte> bytes)
    {
        var state = SignedFile.TryDecode(bytes, RepositoryIdentity.Magic, out var content);
        if (state == SignedFileState.TooNew) throw RepositoryErrors.TooNew(name, content.Version);
        if (state != SignedFileState.Whole) throw RepositoryErrors.Damaged(name, "its checksum does not match");
        try
        {
            var body = JsonSerializer.Deserialize(content.Body.Span, StoreJson.Default.RepositoryBody)!;
            return new(name, content, body);
        }
        catch (JsonException exception)
        {
            throw RepositoryErrors.Damaged(name, "its body is not what this version writes", exception);
        }
    }

    /// <summary>
    /// What the repository is, proved under its own key; null when the secret opens nothing here. Fails with <c>repository-damaged</c>. Whether a secret is wanted at
    /// all is the caller's question.
    /// </summary>
    public RepositoryIdentity? TryOpen(RepositorySecret? secret)
    {
        var identity = secret is null ? InTheClear() : InRing(secret);
        if (identity is null) return null;
        if (identity.Id == _content.Repository && IsAuthentic(identity.Keys.RepositoryFile)) return identity;
        identity.Wipe();
        throw RepositoryErrors.Damaged(Name, "its content does not match its key");
    }

    public bool IsAuthentic(IdKey key) => SignedFile.IsAuthentic(_content, key);

    private RepositoryIdentity InTheClear()
    {
        var key = _body.Keys.LastOrDefault(candidate => candidate.Wrapping == RepositoryIdentity.KeyInTheClear && candidate.Key.Length == RepositoryKeys.Size);
        if (key is null || _body.Rules is not { } cut) throw RepositoryErrors.Damaged(Name, "it holds no key that this version can use");
        return new(_body.Id, key.Key, new(cut.Seed, cut.LeastClusters, cut.AverageClusters, cut.GreatestClusters, cut.SpanClusters, cut.ZeroRunClusters), _body.CreatedAt);
    }

    private RepositoryIdentity? InRing(RepositorySecret secret)
    {
        if (_body.Secrets is not { Count: > 0 and <= VaultState.SecretsMax } secrets || !secrets.All(KeySlot.IsSound)) throw RepositoryErrors.Damaged(Name, "its secrets are not what this version writes");
        var ringKey = KeyBytes.Room(KeyBytes.Size);
        var slot = secrets.FirstOrDefault(candidate => Opens(candidate, secret, ringKey));
        if (slot is null) return null;
        var sealedRing = _body.Keys.LastOrDefault(key => key.Wrapping == RepositoryIdentity.KeyInRing)?.Key;
        if (KeyRing.TryOpen(ringKey, sealedRing, _body.Id, Generation) is not { } ring) throw RepositoryErrors.Damaged(Name, "its keys were changed");
        return new(_body.Id, ring.Master, ring.Rules, _body.CreatedAt, new(Generation, ringKey, ring.DataKeys, secrets, slot.Number));
    }

    private bool Opens(SecretBody slot, RepositorySecret secret, byte[] ringKey) => KeySlot.TryOpen(slot, secret, _body.Id, ringKey) switch
    {
        KeySlotState.Opened => true,
        KeySlotState.Forged => throw RepositoryErrors.Damaged(Name, $"the wrapping of secret {slot.Number} was changed"),
        _ => false,
    };
}
