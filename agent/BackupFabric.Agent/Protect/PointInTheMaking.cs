using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Agent.Protect;

/// <summary>How far one protect job has come; survives broken streams, not the process.</summary>
internal sealed class PointInTheMaking(WorkOrder order, ISnapshot snapshot, JobMeter meter, DateTimeOffset started, SpanMemory memory)
{
    public WorkOrder Order { get; } = order;

    public Guid JobId { get; } = Guid.Parse(order.JobId);

    public DateTimeOffset Started { get; } = started;

    public ISnapshot Snapshot { get; } = snapshot;

    public JobMeter Meter { get; } = meter;

    public SpanMemory Memory { get; } = memory;

    public List<DiskPlan> Plans { get; } = [];

    /// <summary>What the engine found, beside what the host says of the snapshot.</summary>
    public List<Problem> Found { get; } = [];

    public IEnumerable<Problem> Warnings => Snapshot.Warnings.Concat(Found);

    public List<string> Obsolete { get; } = [];

    public bool IsAudited { get; set; }

    /// <summary>The server may have committed the point from this very snapshot, even if its answer was lost.</summary>
    public bool CommitSent { get; set; }

    public bool IsCommitted { get; set; }

    public bool BaselineAsked { get; set; }

    public Baseline? Baseline { get; set; }

    public bool IsRebased { get; set; }

    /// <summary>A stream broke since the last one was opened.</summary>
    public bool HasBroken { get; set; }

    private bool HasOpened { get; set; }

    /// <summary>Counts a broken transfer that was really taken up again.</summary>
    public void Opened()
    {
        if (HasOpened && HasBroken) Meter.Resumed();
        (HasOpened, HasBroken) = (true, false);
    }

    public PushBegin Begin()
    {
        var begin = new PushBegin { Ticket = Order.Ticket, JobId = Order.JobId, Attempt = Order.Attempt, Epoch = Order.Epoch };
        begin.Codecs.AddRange(BlockCodecs.Writable);
        begin.Disks.AddRange(Plans.Select(p => new PushDisk { DiskKey = p.DiskKey, Length = (ulong)p.Length, BasePointId = p.BasePointId }));
        return begin;
    }

    public PushCommit Commit()
    {
        var commit = new PushCommit
        {
            Consistency = Snapshot.Consistency,
            Configuration = Snapshot.Configuration.ToByteString(),
            Figures = Meter.Figures(),
        };
        commit.Warnings.AddRange(Warnings);
        commit.Disks.AddRange(Snapshot.Disks.Select(d => new CommitDisk
        {
            DiskKey = d.DiskKey,
            Length = (ulong)d.Length,
            Path = d.Path,
            Location = d.Location,
            LogicalSector = (uint)d.LogicalSectorSize,
            PhysicalSector = (uint)d.PhysicalSectorSize,
            BlockSize = (uint)d.BlockSize,
        }));
        return commit;
    }
}
