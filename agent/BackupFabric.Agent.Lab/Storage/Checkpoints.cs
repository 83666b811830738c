using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>Recovery checkpoints and reference points of one VM. A process that dies inside leaves the VM as it was before or as it should be after.</summary>
internal static class Checkpoints
{
    public const int ApplicationConsistent = 1;
    public const int CrashConsistent = 2;

    public static async Task<VmCheckpoint> CreateAsync(LabHost host, Guid vmId, int consistency, CancellationToken cancellation)
    {
        // Guest VSS: the application stands between two transactions while the disks are frozen.
        using FileLock? quiet = consistency == ApplicationConsistent
            ? await GuestApplication.QuiesceAsync(host, vmId, cancellation)
            : null;
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        if (consistency == ApplicationConsistent)
            await GuestApplication.RecoverAsync(session, cancellation);
        VmCheckpoint checkpoint = Plan(session, consistency);
        List<string> leaves = [.. session.Vm.Settings.AttachedDisks.Select(d => LeafName(d.Root, checkpoint.Id))];
        string definition = DefinitionPath(checkpoint);

        session.Vm.Discarded.AddRange([.. leaves, definition]);
        session.Save();
        for (int i = 0; i < leaves.Count; i++)
            await CreateLeafAsync(session, session.Vm.Settings.AttachedDisks[i], leaves[i], cancellation);
        DefinitionFile.Write(session.Local(definition), session.Vm, checkpoint.Settings);
        await host.Faults.PassAsync("checkpoint-before-commit", cancellation);
        Commit(session, checkpoint, leaves);
        return checkpoint;
    }

    /// <summary>Drops the checkpoint; its disks merge afterwards.</summary>
    public static async Task DestroyAsync(LabHost host, Guid vmId, Guid checkpointId, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        VmCheckpoint checkpoint = Find(session, checkpointId);
        Remove(session, checkpoint);
        foreach (VmDisk disk in session.Vm.Settings.Disks.Where(d => d.Tracking is not null))
            ChangeLog.Drop(session.Local(disk.ChangeLog), checkpoint.Mark);
        session.Sweep();
    }

    public static async Task<VmReferencePoint> ConvertAsync(LabHost host, Guid vmId, Guid checkpointId, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        VmCheckpoint checkpoint = Find(session, checkpointId);
        VmReferencePoint point = new()
        {
            Id = Guid.NewGuid(),
            Checkpoint = checkpoint.Id,
            Consistency = checkpoint.Consistency,
            Created = host.Time.GetUtcNow(),
            Mark = checkpoint.Mark,
            Disks = [.. session.Vm.Settings.Disks.Where(d => d.Tracking is not null && checkpoint.Settings.Disks.Any(c => c.Root == d.Root)).Select(d => Describe(session.Vm, d, checkpoint.Mark))],
        };
        session.Vm.ReferencePoints.Add(point);
        Remove(session, checkpoint);
        Truth.Record(session.Folder, new(checkpoint.Id, point.Id, checkpoint.Sequence, checkpoint.Consistency, point.Created));
        session.Sweep();
        return point;
    }

    public static async Task DestroyReferencePointAsync(LabHost host, Guid vmId, Guid pointId, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        VmReferencePoint point = session.Vm.ReferencePoints.FirstOrDefault(p => p.Id == pointId)
            ?? throw new LabException("no-such-reference-point", $"The VM has no reference point {pointId}.", "List them with 'bf-lab checkpoints'.");
        session.Vm.ReferencePoints.Remove(point);
        session.Save();
        foreach (ReferencePointDisk kept in point.Disks)
        {
            if (session.Vm.Settings.Disks.FirstOrDefault(d => d.Tracking == kept.Tracking) is { } disk)
                ChangeLog.Drop(session.Local(disk.ChangeLog), point.Mark);
        }
    }

    /// <summary>Where a checkpoint's own definition lies.</summary>
    public static string DefinitionPath(VmCheckpoint checkpoint) => $@"{checkpoint.Settings.ConfigurationRoot}\{checkpoint.Settings.ConfigurationFile}";

    private static VmCheckpoint Plan(VmSession session, int consistency)
    {
        foreach (VmDisk disk in session.Vm.Settings.AttachedDisks)
            Track(session, disk);
        Guid id = Guid.NewGuid();
        VmSettings settings = session.Vm.Settings.Copy();
        settings.ConfigurationRoot = settings.SnapshotRoot;
        settings.ConfigurationFile = $@"Snapshots\{id.ToString("D").ToUpperInvariant()}.vmcx";
        return new()
        {
            Id = id,
            Consistency = consistency,
            Created = session.Host.Time.GetUtcNow(),
            Mark = session.Vm.NextMark,
            Sequence = session.Vm.TruthKnown ? Truth.LastSequence(session.Folder) : -1,
            Settings = settings,
        };
    }

    /// <summary>Tracking begins with the first recovery checkpoint, and anew when its log has been taken away.</summary>
    private static void Track(VmSession session, VmDisk disk)
    {
        if (!session.Host.Version.HasChangeTracking || !disk.Root.EndsWith("vhdx", StringComparison.OrdinalIgnoreCase))
            return;
        if (disk.Tracking is { } tracking && ChangeLog.TryRead(session.Local(disk.ChangeLog))?.Tracking == tracking)
            return;
        disk.Tracking = Guid.NewGuid();
        ChangeLog.Create(session.Local(disk.ChangeLog), disk.Tracking.Value);
    }

    private static async Task CreateLeafAsync(VmSession session, VmDisk disk, string leaf, CancellationToken cancellation)
    {
        IVirtualDisk image = await DiskImage.CreateAsync(
            session.Local(leaf),
            new(DiskFormat.Vhdx, DiskKind.Differencing, 0, ParentPath: session.Local(disk.Path)),
            cancellation);
        await image.DisposeAsync();
    }

    private static void Commit(VmSession session, VmCheckpoint checkpoint, List<string> leaves)
    {
        IReadOnlyList<VmDisk> live = session.Vm.Settings.AttachedDisks;
        IReadOnlyList<VmDisk> frozen = checkpoint.Settings.AttachedDisks;
        for (int i = 0; i < leaves.Count; i++)
        {
            VmDisk disk = live[i];
            if (disk.Tracking is not null)
                ChangeLog.AppendMark(session.Local(disk.ChangeLog), checkpoint.Mark);
            disk.Chain.Add(new(leaves[i], checkpoint.Mark));
            frozen[i].Tracking = disk.Tracking;
        }

        Truth.Record(session.Folder, new(checkpoint.Id, null, checkpoint.Sequence, checkpoint.Consistency, checkpoint.Created));
        session.Vm.NextMark++;
        session.Vm.Checkpoints.Add(checkpoint);
        session.Vm.Discarded.Clear();
        session.Save();
    }

    private static void Remove(VmSession session, VmCheckpoint checkpoint)
    {
        session.Vm.Checkpoints.Remove(checkpoint);
        session.Vm.Discarded.Add(DefinitionPath(checkpoint));
        session.Save();
    }

    private static VmCheckpoint Find(VmSession session, Guid id) =>
        session.Vm.Checkpoints.FirstOrDefault(c => c.Id == id)
        ?? throw new LabException("no-such-checkpoint", $"The VM has no checkpoint {id}.", "List them with 'bf-lab checkpoints'.");

    private static ReferencePointDisk Describe(VmDocument vm, VmDisk disk, int mark) =>
        new(SettingIds.Disk(vm.Id, disk), VmDisk.TrackingId(disk.Tracking!.Value, mark), disk.Tracking.Value);

    private static string LeafName(string root, Guid id) => $"{root[..root.LastIndexOf('.')]}_{id.ToString("D").ToUpperInvariant()}.avhdx";
}
