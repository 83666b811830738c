using System.Security.Cryptography;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>How a repository is made and opened, step by step.</summary>
/// <param name="random">For tests that freeze bytes; the system's generator when null.</param>
internal sealed class RepositoryOpening(IVolume volume, RepositoryOptions options, StoreTuning tuning, TimeProvider time, FillRandom? random = null)
{
    private readonly bool _isReadOnly = volume is ReadOnlyVolume;

    /// <summary>Record offsets take four bytes.</summary>
    private const long PackBytesGreatest = 2L << 30;

    private readonly RepositoryFiles _files = new(volume);
    private readonly FillRandom _random = random ?? RandomNumberGenerator.Fill;

    /// <param name="identity">A given identity, for tests that freeze bytes; a random one when null.</param>
    public async Task<Repository> CreateAsync(RepositoryIdentity? identity, CancellationToken cancellation)
    {
        Check(options);
        if (options.Cutting is { } rules) Check(rules, options.Secret is not null);
        await _files.RefuseUnlessEmptyAsync(cancellation);
        identity ??= await Task.Run(() => RepositoryIdentity.New(options.Cutting, options.Secret, tuning.PassphraseIterations, time), cancellation);
        Check(identity.Rules, identity.Vault is not null);
        return await OwningAsync(
            async () =>
            {
                await _files.RefuseUnlessEmptyAsync(cancellation);
                foreach (var folder in RepositoryFiles.Folders) await volume.SyncFolderAsync(folder, cancellation);
                var bytes = identity.Encode(_random);
                await _files.WriteAsync(bytes, cancellation);
                return new(identity, bytes, []);
            },
            cancellation);
    }

    public async Task<Repository> OpenAsync(CancellationToken cancellation)
    {
        Check(options);
        // Before the lock: a folder that holds no repository, or one that the secret does not open, is left as it is.
        var files = await _files.ReadAsync(cancellation);
        var opened = await Task.Run(() => files.Open(options.Secret), cancellation);
        return await OwningAsync(
            async () =>
            {
                // Its owner may have changed secrets or keys until a moment ago.
                var now = await _files.ReadAsync(cancellation);
                if (!now.IsSameAs(files))
                {
                    opened.Identity.Wipe();
                    opened = await Task.Run(() => now.Open(options.Secret), cancellation);
                }

                if (opened.Findings.Count > 0) await _files.WriteAsync(opened.Bytes, cancellation);
                await _files.DeleteUnfinishedAsync(cancellation);
                return opened;
            },
            cancellation);
    }

    /// <summary>Without lock and fence, changing nothing; also beside the owner.</summary>
    public static async Task<Repository> OpenForReadingAsync(IVolume volume, RepositoryOptions options, StoreTuning tuning, TimeProvider time, CancellationToken cancellation)
    {
        // No run can be written, so it is not tried again and again.
        var opening = new RepositoryOpening(new ReadOnlyVolume(volume), options, tuning with { RunEntriesMin = int.MaxValue }, time);
        var files = await opening._files.ReadAsync(cancellation);
        var opened = await Task.Run(() => files.Open(options.Secret), cancellation);
        return await opening.LoadAsync(opened.Identity, Ownership.OfReader(volume), opened.Findings, cancellation);
    }

    private async Task<Repository> OwningAsync(Func<Task<OpenedRepositoryFile>> prepare, CancellationToken cancellation)
    {
        Ownership? ownership = null;
        try
        {
            ownership = await Ownership.TakeAsync(volume, options.OwnerName, () => LatestFenceAsync(cancellation), time, cancellation);
            var opened = await prepare();
            return await LoadAsync(opened.Identity, ownership, opened.Findings, cancellation);
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
        var vault = identity.Vault is null ? null : new Vault(identity, _files, ownership, tuning.PassphraseIterations, _random, time);
        var data = PacksOf(PackKind.Data, identity, vault?.Cipher, ownership.Fence, rules.GreatestBytes);
        var mapPacks = PacksOf(PackKind.Map, identity, vault?.Cipher, ownership.Fence, NodeBytesMax(rules));
        var nodes = new StoredMapNodes(mapPacks, keys.Blocks, new(tuning.NodeCacheBytes), NodeBytesMax(rules));
        var points = new PointSet();
        var pointFiles = new PointFolder(volume, identity.Id, keys.Points, vault?.Cipher, points);
        var trash = new TrashFolder(volume, identity.Id, keys.Points, keys.Trash, vault?.Cipher, pointFiles, points, time);
        var parts = new RepositoryParts
        {
            Volume = volume,
            Identity = identity,
            Vault = vault,
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
            Verified = new(volume, identity.Id, keys.Verification, data, mapPacks),
            Time = time,
            NodeBytesMax = NodeBytesMax(rules),
            IsReadOnly = _isReadOnly,
        };
        try
        {
            await data.LoadAsync(cancellation);
            await mapPacks.LoadAsync(cancellation);
            await pointFiles.LoadAsync(cancellation);
            await trash.LoadAsync(cancellation);
            await parts.Verified.LoadAsync(cancellation);
            return new(parts);
        }
        catch
        {
            await parts.DisposeAsync();
            throw;
        }
    }

    private PackSet PacksOf(PackKind kind, RepositoryIdentity identity, RecordCipher? cipher, uint fence, int payloadMax)
    {
        var sized = tuning with { BufferBytes = Math.Max(tuning.BufferBytes, PackFormat.RecordSize(payloadMax + RecordEnvelope.Size)) };
        var context = new PackContext(volume, identity.Id, identity.Keys.Packs, fence, options.PackBytesMax, sized, cipher);
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

    /// <summary>A leaf in which every cluster is a block of its own; where spans are short, an inner node.</summary>
    private static int NodeBytesMax(CuttingRules rules) => (int)Math.Min(int.MaxValue, Math.Max(DiskMap.InnerNodeBytesMax, 64 + rules.SpanClusters * (5L + BlockId.Size)));

    private static void Check(RepositoryOptions options)
    {
        if (options.PackBytesMax is < PackFormat.HeaderSize or > PackBytesGreatest)
            throw new ArgumentOutOfRangeException(nameof(options), options.PackBytesMax, $"A pack has at most {PackBytesGreatest} bytes.");
        ArgumentOutOfRangeException.ThrowIfNegative(options.FreeBytesReserve, nameof(options));
    }

    private static void Check(CuttingRules rules, bool encrypted)
    {
        var most = BlockPlace.LengthMax - (encrypted ? RecordEnvelope.Size : 0);
        if (rules.Checked().GreatestBytes > most || NodeBytesMax(rules) > most)
            throw new ArgumentException($"Blocks and map leaves have at most {most} bytes; choose a smaller greatest block or span.", nameof(rules));
    }
}
