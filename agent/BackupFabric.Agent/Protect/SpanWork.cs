using BackupFabric.Blocks.Spans;

namespace BackupFabric.Agent.Protect;

/// <summary>One span of one of the snapshot's disks.</summary>
internal sealed record SpanWork(int Disk, SpanPlan Plan);
