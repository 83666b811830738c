using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>Looks into a repository whose server has ended.</summary>
internal static class StoredBlocks
{
    public static async Task<RepositoryUsage> UsageAsync(string serverData, CancellationToken cancellation)
    {
        await using var repository = await OpenAsync(serverData, cancellation);
        return repository.Usage();
    }

    /// <summary>The first disk of a point, whole; for small ones.</summary>
    public static async Task<byte[]> DiskAsync(string serverData, Guid point, CancellationToken cancellation)
    {
        await using var repository = await OpenAsync(serverData, cancellation);
        var root = repository.FindPoint(point)!.Disks[0].Root;
        var rules = repository.Rules;
        var disk = new byte[Cluster.Covering(root.Length) * Cluster.Size];
        var payload = new byte[BlockSealer.BoundOf(rules.GreatestBytes)];
        using var sealer = new BlockSealer();
        var entries = new List<SpanEntry>();
        await foreach (var (span, leaf) in repository.Maps.LeavesAsync(root, 0, cancellation))
        {
            Assert.True(SpanLeaf.TryDecode(leaf.Span, rules.ClustersOf(root.Length, span), entries));
            var at = (int)(span * rules.SpanBytes);
            foreach (var entry in entries)
            {
                var length = entry.Clusters * Cluster.Size;
                if (!entry.IsHole)
                {
                    var record = await repository.ReadSealedAsync(entry.Id, payload, cancellation);
                    Assert.True(sealer.TryOpen(record.Codec, payload.AsSpan(0, record.PayloadLength), disk.AsSpan(at, length)));
                }

                at += length;
            }
        }

        return disk[..(int)root.Length];
    }

    private static Task<Repository> OpenAsync(string serverData, CancellationToken cancellation) =>
        Repository.OpenAsync(new LocalVolume(Path.Combine(serverData, "repository")), new RepositoryOptions("test"), TimeProvider.System, cancellation);
}
