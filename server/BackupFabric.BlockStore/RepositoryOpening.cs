using BackupFabric.Blocks;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>How a repository is made and opened, step by step.</summary>
internal sealed class RepositoryOpening(IVolume volume, RepositoryOptions options, StoreTuning tuning, TimeProvider time)
{
    /// <summary>Record offsets take four bytes.</summary>
    private const long PackBytesGreatest = 2L << 30;

    private readonly RepositoryFiles _files = new(volume);

    /// <param name="identity">A given identity, for tests that freeze bytes; a random one when null.</param>
    public async Task<Repository> CreateAsync(RepositoryIdentity? identity, CancellationToken cancellation)
    {
        Check(options);
        identity ??= RepositoryIdentity.New(options.Cutting, time);
        Check(identity.Rules);
        await _files.RefuseUnlessEmptyAsync(cancellation);
        return await OwningAsync(
            async () =>
            {
                await _files.RefuseUnlessEmptyAsync(cancellation);
                foreach (var folder in RepositoryFiles.Folders) await volume.SyncFolderAsync(folder, cancellation);
                await _files.WriteAsync(identity, cancellation);
            },
            identity,
            [],
            cancellation);
    }

    public async Task<Repository> OpenAsync(CancellationToken cancellation)
    {
        Check(options);
        // Before the lock: a folder that holds no repository is left as it is.
        var (identity, findings) = await _files.ReadAsync(cancellation);
        return await OwningAsync(() => findings.Count > 0 ? _files.WriteAsync(identity, cancellation) : Task.CompletedTask, identity, findings, cancellation);
    }

    private async Task<Repository> OwningAsync(Func<Task> prepare, RepositoryIdentity identity, IReadOnlyList<RepositoryException> findings, CancellationToken cancellation)
    {
        Ownership? ownership = null;
        try
        {
            ownership = await Ownership.TakeAsync(volume, options.OwnerName, () => LatestFenceAsync(cancellation), time, cancellation);
            await prepare();
            return await LoadAsync(identity, ownership, findings, cancellation);
        }
        catch (VolumeFullException full)
        {
            ownership?.Dispose();
            throw RepositoryErrors.Full(volume.Name, volume.FreeBytes(), options.FreeBytesReserve, full);
        }
        catch
        {
            ownership?.Dispose();
            throw;
        }
    }

    private async Task<Repository> LoadAsync(RepositoryIdentity identity, Ownership ownership, IReadOnlyList<RepositoryException> findings, CancellationToken cancellation)
    {
        var rules = identity.Rules;
        var keys = identity.Keys;
        var data = PacksOf(PackKind.Data, identity, ownership.Fence, rules.GreatestBytes);
        var mapPacks = PacksOf(PackKind.Map, identity, ownership.Fence, NodeBytesMax(rules));
        var nodes = new StoredMapNodes(mapPacks, keys.Blocks, new(tuning.NodeCacheBytes), NodeBytesMax(rules));
        var points = new PointSet();
        var pointFiles = new PointFolder(volume, identity.Id, keys.Points, points);
        var trash = new TrashFolder(volume, identity.Id, keys.Points, keys.Trash, pointFiles, points, time);
        var parts = new RepositoryParts
        {
            Volume = volume,
            Identity = identity,
            Ownership = ownership,
            Data = data,
            MapPacks = mapPacks,
            Nodes = nodes,
            Maps = new(nodes, keys.Blocks, rules),
            Points = points,
            PointFiles = pointFiles,
            Trash = trash,
            Holds = new(data.Index, mapPacks.Index, points),
            Space = new(volume, options.FreeBytesReserve),
            Proofs = new(keys.Blocks, rules.GreatestBytes),
            OpeningFindings = findings,
        };
        try
        {
            await data.LoadAsync(cancellation);
            await mapPacks.LoadAsync(cancellation);
            await pointFiles.LoadAsync(cancellation);
            await trash.LoadAsync(cancellation);
            return new(parts);
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    private PackSet PacksOf(PackKind kind, RepositoryIdentity identity, uint fence, int payloadMax)
    {
        var sized = tuning with { BufferBytes = Math.Max(tuning.BufferBytes, PackFormat.RecordSize(payloadMax)) };
        var context = new PackContext(volume, identity.Id, identity.Keys.Packs, fence, options.PackBytesMax, sized);
        return new(context, kind, new BlockIndex(new IndexRuns(volume, identity.Id, kind, fence, tuning.RunEntriesMin), tuning.RunEntriesMin));
    }

    private async Task<uint> LatestFenceAsync(CancellationToken cancellation)
    {
        uint latest = 0;
        foreach (var kind in new[] { PackKind.Data, PackKind.Map })
        {
            foreach (var pack in (await PackLoader.ListAsync(volume, kind, cancellation)).Keys) latest = Math.Max(latest, pack.Fence);
        }

        return latest;
    }

    /// <summary>A leaf in which every cluster is a block of its own; inner nodes are smaller.</summary>
    private static int NodeBytesMax(CuttingRules rules) => (int)Math.Min(int.MaxValue, 64 + rules.SpanClusters * (5L + BlockId.Size));

    private static void Check(RepositoryOptions options)
    {
        if (options.PackBytesMax is < PackFormat.HeaderSize or > PackBytesGreatest)
            throw new ArgumentOutOfRangeException(nameof(options), options.PackBytesMax, $"A pack has at most {PackBytesGreatest} bytes.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.FreeBytesReserve, nameof(options));
    }

    private static void Check(CuttingRules rules)
    {
        if (rules.Checked().GreatestBytes > BlockPlace.LengthMax || NodeBytesMax(rules) > BlockPlace.LengthMax)
            throw new ArgumentException($"Blocks and map leaves have at most {BlockPlace.LengthMax} bytes; choose a smaller greatest block or span.", nameof(rules));
    }
}
