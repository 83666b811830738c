using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Identity;

/// <summary>
/// What is derived from the repository's one key. Agents are given the id key, so it must not lead back to the others: each is the keyed hash of its purpose.
/// </summary>
internal sealed class RepositoryKeys(ReadOnlySpan<byte> master)
{
    public const int Size = 32;

    public IdKey Blocks { get; } = Derive(master, "BackupFabric block ids v1"u8);

    public IdKey Points { get; } = Derive(master, "BackupFabric recovery points v1"u8);

    public IdKey Trash { get; } = Derive(master, "BackupFabric trash v1"u8);

    public IdKey RepositoryFile { get; } = Derive(master, "BackupFabric repository file v1"u8);

    public IdKey Packs { get; } = Derive(master, "BackupFabric pack markers v1"u8);

    public IdKey Verification { get; } = Derive(master, "BackupFabric verification v1"u8);

    private static IdKey Derive(ReadOnlySpan<byte> master, ReadOnlySpan<byte> purpose)
    {
        Span<byte> derived = stackalloc byte[BlockId.Size];
        new IdKey(master).IdOf(purpose).Write(derived);
        return new IdKey(derived);
    }
}
