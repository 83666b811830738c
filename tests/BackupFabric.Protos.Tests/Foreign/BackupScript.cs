using BackupFabric.Blocks;
using BackupFabric.Protos.V1;

namespace BackupFabric.Protos.Tests.Foreign;

/// <summary>What the scripted server hands out, and what it has been given.</summary>
internal sealed class BackupScript
{
    public static readonly byte[] Secret = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 7))];

    public CuttingRules Rules { get; } = CuttingRules.Default(seed: 1) with { SpanClusters = 128 };

    public byte[] IdKey { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)(255 - i))];

    public byte[] Ticket { get; } = [1, 2, 3, 4];

    public int Orders { get; init; } = 1;

    /// <summary>Answers a push with this instead of storing anything.</summary>
    public Problem? PushFails { get; init; }

    public Hello? Hello { get; set; }

    public Inventory? Inventory { get; set; }

    public List<JobOutcome> Outcomes { get; } = [];

    public List<PushCommit> Commits { get; } = [];

    /// <summary>Every block that was stored; what is here is not needed again.</summary>
    public Dictionary<BlockId, byte[]> Blocks { get; } = [];

    /// <summary>The leaves of the last push.</summary>
    public SortedDictionary<ulong, byte[]> Spans { get; } = [];
}
