using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.Server.Recoveries;

/// <summary>One block of a disk and where it lies there.</summary>
internal readonly record struct PlacedBlock(BlockId Id, long Offset, int PlainLength);

/// <summary>Walks a disk's map in ascending order and cuts the walk into batches that fit one message.</summary>
internal static class PullPlan
{
    /// <summary>What a block may take on the wire besides its payload.</summary>
    private const int EntryOverhead = 128;

    public static async IAsyncEnumerable<List<PlacedBlock>> BatchesAsync(
        Repository repository, ManifestDisk disk, long fromOffset, int batchBytesMax, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rules = repository.Rules;
        var clusters = Cluster.Covering(disk.Root.Length);
        var entries = new List<SpanEntry>();
        var batch = new List<PlacedBlock>();
        var bytes = 0;
        await foreach (var (span, leaf) in repository.Maps.LeavesAsync(disk.Root, fromOffset / rules.SpanBytes, cancellation))
        {
            var spanClusters = (int)Math.Min(rules.SpanClusters, clusters - span * rules.SpanClusters);
            entries.Clear();
            if (!SpanLeaf.TryDecode(leaf.Span, spanClusters, entries)) throw Damaged(disk, span);
            var offset = span * rules.SpanBytes;
            foreach (var entry in entries)
            {
                var length = entry.Clusters * Cluster.Size;
                if (!entry.IsHole)
                {
                    var bound = BlockSealer.BoundOf(length) + EntryOverhead;
                    if (bytes + bound > batchBytesMax && batch.Count > 0)
                    {
                        yield return batch;
                        (batch, bytes) = ([], 0);
                    }

                    batch.Add(new PlacedBlock(entry.Id, offset, length));
                    bytes += bound;
                }

                offset += length;
            }
        }

        if (batch.Count > 0) yield return batch;
    }

    private static RepositoryException Damaged(ManifestDisk disk, long span) => new(
        "map-damaged",
        $"The map of disk '{disk.DiskKey}' is damaged at span {span}.",
        "Recover another point of the VM.");
}
