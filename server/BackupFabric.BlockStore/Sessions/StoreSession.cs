using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>What one backup writes. Thread-safe: several streams of a job share one session.</summary>
public sealed class StoreSession : IAsyncDisposable
{
    private readonly RepositoryParts _parts;
    private readonly SessionHold _hold;
    private readonly DiskMap _maps;
    private readonly Lock _gate = new();
    private long _newBytes;
    private int _busy;
    private int _ended;

    internal StoreSession(RepositoryParts parts)
    {
        _parts = parts;
        _hold = parts.Holds.Begin();
        _maps = new(new HeldMapNodes(parts.Nodes, parts.Holds, _hold), parts.Maps.Parts.Key, parts.Maps.Parts.Rules);
    }

    /// <summary>Payload bytes that this session added.</summary>
    public long NewBytes => Interlocked.Read(ref _newBytes);

    /// <summary>
    /// Sets bit i (least significant first) of <paramref name="bitmap"/> for each lacking block, and clears the others; a block that another running session is about
    /// to bring still counts as lacking. A hole is never lacking. Known ones are held for this session.
    /// </summary>
    public void FindLacking(ReadOnlySpan<BlockId> ids, Span<byte> bitmap)
    {
        ThrowIfEnded();
        if (bitmap.Length < (ids.Length + 7) / 8) throw new ArgumentException($"{ids.Length} ids need {(ids.Length + 7) / 8} bytes of bitmap; there are {bitmap.Length}.", nameof(bitmap));
        bitmap.Clear();
        for (var i = 0; i < ids.Length; i++)
        {
            if (!ids[i].IsZero && !_parts.Holds.TryFind(_hold, PackKind.Data, ids[i], out _)) bitmap[i >> 3] |= (byte)(1 << (i & 7));
        }
    }

    /// <summary>Whether the block is stored by now. A known one is held for this session.</summary>
    internal bool Has(in BlockId id) => _parts.Holds.TryFind(_hold, PackKind.Data, id, out _);

    /// <summary>
    /// Proves a sealed block (opens it, hashes it) and appends it unless it is stored already. Fails with <c>block-forged</c> when the bytes are not what the id says,
    /// <c>codec-missing</c> when they cannot be opened here, <c>repository-full</c> when there is no room. The payload is not kept after the call returns.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask PutAsync(BlockId id, BlockCodec codec, int plainLength, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        ThrowIfEnded();
        if (_parts.Holds.TryFind(_hold, PackKind.Data, id, out _)) return;
        _parts.Proofs.Prove(id, codec, plainLength, payload.Span);
        await PutOwnAsync(id, codec, plainLength, payload, cancellation);
    }

    /// <summary>
    /// Appends a block that this process itself hashed and packed from one buffer: there is no sender and no way between that could have changed it, so it is not
    /// opened and hashed a second time. For what came from outside there is <see cref="PutAsync"/>.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask PutOwnAsync(BlockId id, BlockCodec codec, int plainLength, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        ThrowIfEnded();
        _parts.Space.Claim(_parts.Data.RecordSizeOf(payload.Length));
        try
        {
            var place = new BlockPlace(default, 0, payload.Length, plainLength, codec, 0);
            do
            {
                if (await _parts.Data.AppendAsync(id, place, payload, cancellation)) Interlocked.Add(ref _newBytes, payload.Length);
            }
            while (!_parts.Holds.TryFind(_hold, PackKind.Data, id, out _)); // Collected before it could be held: never, but for a thread that slept through a whole collection.
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }

    /// <summary>
    /// Makes a disk map from a base (or empty) and changed leaves in ascending span order; fails with <c>blocks-missing</c> when a leaf names a block that is not stored,
    /// <c>map-invalid</c> when a leaf is malformed, <c>basis-missing</c> when no recovery point reaches the base any more (<see cref="TryHold"/> keeps it).
    /// </summary>
    public async Task<(DiskMapRoot Root, long ContentBytes)> BuildMapAsync(ManifestDisk? basis, long length, IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> leaves, CancellationToken cancellation)
    {
        using var busy = Busy();
        if (basis is not null && !TryHold(basis)) throw RepositoryErrors.BasisMissing(basis.Root.Id);
        try
        {
            var built = await new MapBuild(_maps, id => _parts.Holds.TryFind(_hold, PackKind.Data, id, out var place) ? place : null, basis, length, _parts.Data.RepairIndexAsync).RunAsync(leaves, cancellation);
            _parts.Holds.NoteBuilt(_hold, built.Root);
            return built;
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }

    /// <summary>
    /// Holds the map of a disk that this session will build on: from now on it stays whole, whoever deletes and purges its point. False when it is too late. A backup calls
    /// this when it begins, or learns only when it builds its map that the base has gone.
    /// </summary>
    public bool TryHold(ManifestDisk basis)
    {
        ThrowIfEnded();
        return _parts.Holds.TryHold(_hold, basis.Root);
    }

    /// <summary>
    /// Hands what was put to the operating system, so that it survives this process; with <paramref name="durable"/>, to the disk, so that it survives the machine.
    /// Without it at most the last MiB is lost with the process.
    /// </summary>
    public async Task FlushAsync(bool durable, CancellationToken cancellation)
    {
        ThrowIfEnded();
        await WriteOutAsync(durable, cancellation);
    }

    /// <summary>
    /// Makes all that was put durable, then puts the manifest. Idempotent: a point of the same VM that exists with the same job id is returned as it is; when it was
    /// deleted meanwhile, that is a <c>point-deleted</c> error. Its maps are those that this session has built, or of points that exist.
    /// </summary>
    public async Task<Manifest> CommitAsync(Manifest manifest, CancellationToken cancellation)
    {
        using var busy = Busy();
        Check(manifest);
        // A copy of its own: the caller may reuse its buffers, and every later reader sees what was written.
        var own = ManifestBody.Of(manifest).ToManifest();
        try
        {
            return await _parts.PointFiles.PutAsync(own, () => MakeDurableAsync(cancellation), cancellation);
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }

    /// <summary>Ends the session. What was stored stays and is found by the next offer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        try
        {
            await WriteOutAsync(durable: false, CancellationToken.None);
        }
        finally
        {
            LetGoWhenIdle();
        }
    }

    private async Task MakeDurableAsync(CancellationToken cancellation)
    {
        await _parts.Ownership.ConfirmAsync(cancellation);
        await Task.WhenAll(_parts.Data.FlushAsync(cancellation), _parts.MapPacks.FlushAsync(cancellation));
    }

    private async Task WriteOutAsync(bool durable, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(
                durable ? _parts.Data.FlushAsync(cancellation) : _parts.Data.WriteOutAsync(cancellation),
                durable ? _parts.MapPacks.FlushAsync(cancellation) : _parts.MapPacks.WriteOutAsync(cancellation));
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }

    private void Check(Manifest manifest)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var disk in manifest.Disks)
        {
            if (!keys.Add(disk.DiskKey)) throw RepositoryErrors.PointInvalid($"two disks have the key '{disk.DiskKey}'");
            if (!_parts.Holds.TryHold(_hold, disk.Root)) throw RepositoryErrors.PointInvalid($"the map {disk.Root.Id} of disk '{disk.DiskKey}' was not built by this session and belongs to no recovery point");
        }
    }

    /// <summary>Until it is disposed, the end of the session does not let go of what it holds: a commit under way ends with all that it reaches in place.</summary>
    private Work Busy()
    {
        lock (_gate)
        {
            ThrowIfEnded();
            _busy++;
            return new(this);
        }
    }

    private void LetGoWhenIdle()
    {
        lock (_gate)
        {
            if (_busy == 0 && Volatile.Read(ref _ended) != 0) _parts.Holds.End(_hold);
        }
    }

    private readonly struct Work(StoreSession session) : IDisposable
    {
        public void Dispose()
        {
            lock (session._gate) session._busy--;
            session.LetGoWhenIdle();
        }
    }

    private void ThrowIfEnded() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _ended) != 0, this);
}
