using System.Collections.Concurrent;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>What a server would keep: blocks, points, baselines; and a record of what travelled.</summary>
internal sealed class FakeRepository
{
    public CuttingRules Rules { get; } = new(0x5EED, LeastClusters: 4, AverageClusters: 16, GreatestClusters: 64, SpanClusters: 256, ZeroRunClusters: 4);

    public IdKey Key { get; } = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    public ConcurrentDictionary<BlockId, byte[]> Blocks { get; } = new();

    public ConcurrentDictionary<string, FakePoint> Points { get; } = new();

    /// <summary>How often each block travelled, ever.</summary>
    public ConcurrentDictionary<BlockId, int> Received { get; } = new();

    /// <summary>How often each id was offered since <see cref="Forget"/>.</summary>
    public ConcurrentDictionary<BlockId, int> Offered { get; } = new();

    public int SpansReceived;

    public int Streams;

    public int LayoutsAsked;

    /// <summary>What the last committed point was measured against, as the agent told it.</summary>
    public Baseline? Baseline { get; set; }

    public FakeFaults Faults { get; set; } = new();

    public long BlocksReceived => Received.Values.Sum();

    /// <summary>Begins a new count of what travels.</summary>
    public void Forget()
    {
        Received.Clear();
        Offered.Clear();
        (SpansReceived, Streams, LayoutsAsked) = (0, 0, 0);
    }

    /// <summary>The whole disk as the point describes it.</summary>
    public byte[] Content(string pointId, string diskKey)
    {
        var disk = Points[pointId].Disks[diskKey];
        var content = new byte[Cluster.Covering(disk.Length) * Cluster.Size];
        foreach (var (span, leaf) in disk.Leaves)
        {
            var at = span * Rules.SpanBytes;
            foreach (var entry in Decode(leaf, disk.Length, span))
            {
                if (!entry.IsHole) Blocks[entry.Id].CopyTo(content, at);
                at += (long)entry.Clusters * Cluster.Size;
            }
        }

        return content[..(int)disk.Length];
    }

    public List<SpanEntry> Decode(byte[] leaf, long length, long span)
    {
        var clusters = (int)Math.Min(Rules.SpanClusters, Cluster.Covering(length) - span * Rules.SpanClusters);
        var entries = new List<SpanEntry>();
        if (leaf.Length == 0) return [new SpanEntry(clusters, default)];
        Assert.True(SpanLeaf.TryDecode(leaf, clusters, entries), $"The leaf of span {span} does not cover {clusters} clusters.");
        return entries;
    }
}

internal sealed record FakePoint(Dictionary<string, FakeDisk> Disks, PushCommit Commit);

internal sealed record FakeDisk(long Length, SortedDictionary<long, byte[]> Leaves);

/// <summary>What goes wrong, each once.</summary>
internal sealed class FakeFaults
{
    /// <summary>The stream breaks after that many batches were stored in it.</summary>
    public int? BreakAfterBatches { get; set; }

    /// <summary>As what a broken stream ends.</summary>
    public Grpc.Core.StatusCode BreaksAs { get; set; } = Grpc.Core.StatusCode.Unavailable;

    /// <summary>With it: what was stored is gone.</summary>
    public bool LoseBlocksAtBreak { get; set; }

    /// <summary>The point is committed, but the answer is lost.</summary>
    public bool LoseCommitted { get; set; }

    public bool LoseRebased { get; set; }

    /// <summary>A pull breaks after that many blocks.</summary>
    public int? BreakPullAfterBlocks { get; set; }

    /// <summary>A block of the pull is not what its id says.</summary>
    public bool DamagePull { get; set; }

    /// <summary>Layouts are nonsense.</summary>
    public bool LieAboutLayout { get; set; }

    /// <summary>Every batch waits for this.</summary>
    public TaskCompletionSource? HoldBatches { get; set; }
}
