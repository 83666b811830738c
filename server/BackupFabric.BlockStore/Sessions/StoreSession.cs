using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>What one backup writes. Thread-safe: several streams of a job share one session.</summary>
public sealed class StoreSession : IAsyncDisposable
{
    private StoreSession() { }

    /// <summary>
    /// Sets bit i (least significant first) of <paramref name="bitmap"/> for each lacking block; a block that another running session is about to bring still counts as lacking.
    /// Known ones are held for this session.
    /// </summary>
    public void FindLacking(ReadOnlySpan<BlockId> ids, Span<byte> bitmap) => throw new NotImplementedException();

    /// <summary>
    /// Proves a sealed block (opens it, hashes it) and appends it unless it is stored already. Fails with <c>block-forged</c> when the bytes are not what the id says,
    /// <c>repository-full</c> when there is no room. The payload is not kept after the call returns.
    /// </summary>
    public ValueTask PutAsync(BlockId id, BlockCodec codec, int plainLength, ReadOnlyMemory<byte> payload, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>
    /// Makes a disk map from a base (or empty) and changed leaves in ascending span order; fails with <c>blocks-missing</c> when a leaf names a block that is not stored,
    /// <c>map-invalid</c> when a leaf is malformed.
    /// </summary>
    public Task<(DiskMapRoot Root, long ContentBytes)> BuildMapAsync(ManifestDisk? basis, long length, IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> leaves, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Payload bytes that this session added.</summary>
    public long NewBytes => throw new NotImplementedException();

    /// <summary>Makes all that was put durable, then puts the manifest. Idempotent: a point that exists with the same job id is returned as it is.</summary>
    public Task<Manifest> CommitAsync(Manifest manifest, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ends the session. What was stored stays and is found by the next offer.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
