using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>
/// A block-level replica store on one volume: packs of sealed blocks, packs of map nodes, an index, and one manifest per recovery point.
/// One process owns it at a time (a lock with a fencing number). Thread-safe. FORMAT.md says what lies on disk.
/// </summary>
public sealed class Repository : IAsyncDisposable
{
    private Repository() { }

    public Guid Id => throw new NotImplementedException();

    public IdKey IdKey => throw new NotImplementedException();

    public CuttingRules Rules => throw new NotImplementedException();

    /// <summary>Reads and patches disk maps over this repository's map packs.</summary>
    public DiskMap Maps => throw new NotImplementedException();

    /// <summary>Makes an empty repository; fails with <c>repository-exists</c> on a folder that holds one, <c>repository-folder-not-empty</c> on other files.</summary>
    public static Task<Repository> CreateAsync(IVolume volume, RepositoryOptions options, TimeProvider time, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Opens and takes ownership; scans packs that a crash left without a table. Fails with <c>repository-in-use</c>, <c>repository-missing</c>, <c>repository-too-new</c>, <c>repository-damaged</c>.</summary>
    public static Task<Repository> OpenAsync(IVolume volume, RepositoryOptions options, TimeProvider time, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Whether a readable copy of the block is stored (written and proved; perhaps not flushed yet).</summary>
    public bool Contains(in BlockId id) => throw new NotImplementedException();

    /// <summary>
    /// A writing session: what it stores and what it relies on is safe from collection until it is disposed.
    /// Sessions of one job may come one after another; what an earlier one stored is found by the next.
    /// </summary>
    public StoreSession BeginSession() => throw new NotImplementedException();

    /// <summary>Reads one sealed record into <paramref name="payload"/> (at least <see cref="BlockSealer.BoundOf"/> of the greatest block). Fails with <c>block-missing</c> or <c>block-damaged</c>.</summary>
    public ValueTask<SealedRecord> ReadSealedAsync(BlockId id, Memory<byte> payload, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Committed points, oldest first, from the manifests; a damaged manifest is listed by <see cref="DamagedManifests"/> and left out here.</summary>
    public IReadOnlyList<Manifest> Points() => throw new NotImplementedException();

    public IReadOnlyList<RepositoryException> DamagedManifests() => throw new NotImplementedException();

    public Manifest? FindPoint(Guid pointId) => throw new NotImplementedException();

    public RepositoryUsage Usage() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
