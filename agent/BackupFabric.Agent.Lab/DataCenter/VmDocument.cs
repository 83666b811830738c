namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>A VM as its host's management service remembers it. Changed only under the VM's lock, replaced atomically.</summary>
internal sealed class VmDocument
{
    public Guid Id { get; set; }

    /// <summary>Imported but not realized: seen only as Msvm_PlannedComputerSystem.</summary>
    public bool Planned { get; set; }

    public bool Running { get; set; }

    public VmSettings Settings { get; set; } = new();

    public GuestIdentity Guest { get; set; } = new();

    public List<VmCheckpoint> Checkpoints { get; set; } = [];

    public List<VmReferencePoint> ReferencePoints { get; set; } = [];

    /// <summary>Number of the next change-tracking mark; marks are common to all disks of the VM.</summary>
    public int NextMark { get; set; } = 1;

    /// <summary>The operation in OperationalStatus[1]; 0 when idle.</summary>
    public int Operation { get; set; }

    /// <summary>Files that belong to nobody any more, or that an interrupted operation was about to make. Deleted by whoever takes the lock next.</summary>
    public List<string> Discarded { get; set; } = [];

    /// <summary>The differencing file whose last merge into its parent has begun under the lock and must be ended before anybody writes.</summary>
    public string? Merging { get; set; }

    /// <summary>Whether the ground truth in the lab's folder describes this VM's disks. False after an import until a guest writes again.</summary>
    public bool TruthKnown { get; set; }

    public DateTimeOffset Created { get; set; }
}
