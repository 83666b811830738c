using BackupFabric.Agent.HyperV.Baselines;
using BackupFabric.Agent.HyperV.Checkpoints;
using BackupFabric.Agent.HyperV.Configuration;
using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV;

/// <summary>What the features of this folder share: one of each per host.</summary>
internal sealed class HostServices
{
    public HostServices(HostSeams seams, HyperVOptions options, TimeProvider time, ILogger logger)
    {
        (Seams, Options, Time, Logger) = (seams, options, time, logger);
        var wmi = seams.Virtualization;
        Jobs = new(wmi, options, time);
        Machines = new(wmi);
        Folders = new(seams.Files, options, logger);
        Tracking = new(wmi);
        Merging = new(wmi, Machines, Jobs, options, time, logger);
        Removal = new(wmi, Jobs, Merging, options, time, logger);
        Maker = new(seams, Machines, Jobs, options, logger);
        Capture = new(seams, Jobs, Folders, logger);
        Points = new(wmi, Jobs, options, time, logger);
        Keeper = new(seams, Jobs, Merging, Points, options, time, logger);
    }

    public HostSeams Seams { get; }

    public HyperVOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public ActiveCheckpoints Active { get; } = new();

    public WmiJobs Jobs { get; }

    public VirtualMachines Machines { get; }

    public WorkFolders Folders { get; }

    public ChangeTracking Tracking { get; }

    public DiskMerging Merging { get; }

    public CheckpointRemoval Removal { get; }

    public CheckpointMaker Maker { get; }

    public ConfigurationCapture Capture { get; }

    public ReferencePoints Points { get; }

    public BaselineKeeper Keeper { get; }
}
