namespace BackupFabric.Agent.Lab.DataCenter;

internal sealed class VmCheckpoint
{
    public Guid Id { get; set; }

    /// <summary>A backup checkpoint (Snapshot:Recovery); otherwise a user's.</summary>
    public bool Recovery { get; set; } = true;

    /// <summary>1 application-consistent, 2 crash-consistent.</summary>
    public int Consistency { get; set; }

    public DateTimeOffset Created { get; set; }

    /// <summary>Mark in the change logs at the frozen moment.</summary>
    public int Mark { get; set; }

    /// <summary>The guest's write sequence at the frozen moment; -1 when no truth is known.</summary>
    public long Sequence { get; set; } = -1;

    /// <summary>The frozen configuration; its disks' chains end at the frozen files.</summary>
    public VmSettings Settings { get; set; } = new();
}
