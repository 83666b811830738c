using BackupFabric.Agent.HyperV.Checkpoints;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Baselines;

/// <summary>Turns a checkpoint into the reference point that the next synchronization counts from.</summary>
internal sealed class BaselineKeeper(
    HostSeams seams, WmiJobs jobs, DiskMerging merging, ReferencePoints points, HyperVOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Null with the reason when the host refuses. Not cancellable: between the host's doing and our knowing of it lies a reference point that nobody would find.
    /// </summary>
    public async Task<(WmiObject? Point, string Refusal)> ConvertAsync(Guid vmId, WmiObject checkpoint, bool application, IReadOnlyCollection<string> known)
    {
        await merging.AllowAsync(CancellationToken.None);
        if (await seams.Virtualization.ServiceAsync(nameof(Msvm_VirtualSystemSnapshotService), CancellationToken.None) is not { } service) return (null, "the host has no checkpoint service");
        var level = application
            ? Msvm_VirtualSystemReferencePoint.ConsistencyLevelValue.ApplicationConsistent
            : Msvm_VirtualSystemReferencePoint.ConsistencyLevelValue.CrashConsistent;
        var settings = WmiQueries.New(nameof(Msvm_VirtualSystemReferencePointSettingData), (Msvm_VirtualSystemReferencePointSettingData.ConsistencyLevel, (byte)level));
        var started = time.GetTimestamp();
        while (true)
        {
            var outcome = await jobs.InvokeAsync(service.PathOf(), nameof(Msvm_VirtualSystemSnapshotService.ConvertToReferencePoint), CancellationToken.None,
                (Msvm_VirtualSystemSnapshotService.ConvertToReferencePoint.AffectedSnapshot, checkpoint.PathOf()),
                (Msvm_VirtualSystemSnapshotService.ConvertToReferencePoint.ReferencePointSettings, settings));
            if (await MadeAsync(vmId, outcome, known) is { } made) return (made, "");
            if (!outcome.Busy || time.GetElapsedTime(started) > options.MergeTimeLimit)
                return (null, outcome.Ok ? "the host made no reference point" : outcome.Text);
            await Task.Delay(BusyPause, time);
        }
    }

    /// <summary>
    /// The identifiers in a reference point are of setting objects that may be gone tomorrow, so they are resolved to disk ids now.
    /// Null when the two lists cannot be paired. A disk that cannot be resolved is left out, and is then read as a whole next time.
    /// </summary>
    public async Task<List<DiskBaseline>?> DisksAsync(Guid vmId, WmiObject point, IReadOnlyList<KnownDisk> known, CancellationToken cancellation)
    {
        var trackingIds = point.List<string>(Msvm_VirtualSystemReferencePoint.ResilientChangeTrackingIdentifiers);
        var settingIds = point.List<string>(Msvm_VirtualSystemReferencePoint.VirtualDiskIdentifiers);
        if (trackingIds.Count != settingIds.Count || trackingIds.Count == 0) return null;

        var disks = new List<DiskBaseline>();
        for (var i = 0; i < trackingIds.Count; i++)
        {
            if (await ResolveAsync(settingIds[i], known, cancellation) is not { } disk) logger.BaselineDiskUnknown(vmId, settingIds[i]);
            else disks.Add(new DiskBaseline { DiskKey = disk.DiskKey, Length = (ulong)disk.Length, ChangeTrackingId = trackingIds[i] });
        }

        return disks;
    }

    private async Task<WmiObject?> MadeAsync(Guid vmId, CallOutcome outcome, IReadOnlyCollection<string> known)
    {
        if (outcome is { Ok: true, Vanished: false }
            && await jobs.ResultAsync(outcome, Msvm_VirtualSystemSnapshotService.ConvertToReferencePoint.ResultingReferencePoint,
                nameof(Msvm_VirtualSystemReferencePoint), CancellationToken.None) is { } made && !known.Contains(ReferencePoints.IdOf(made))) return made;
        var appeared = (await points.OfAsync(vmId, CancellationToken.None)).Where(p => !known.Contains(ReferencePoints.IdOf(p))).ToList();
        return appeared.Count == 1 ? appeared[0] : null;
    }

    private async Task<KnownDisk?> ResolveAsync(string settingId, IReadOnlyList<KnownDisk> known, CancellationToken cancellation)
    {
        var resource = await seams.Virtualization.FirstAsync(nameof(Msvm_StorageAllocationSettingData), cancellation, (Msvm_StorageAllocationSettingData.InstanceID, settingId));
        if (resource?.List<string>(Msvm_StorageAllocationSettingData.HostResource) is not [{ Length: > 0 } path, ..]) return KnownBy(known, settingId);
        try
        {
            await using var opened = await seams.Disks.OpenAsync(path, cancellation);
            var key = opened.VirtualDiskId.ToString("D");
            // Only disks that this recovery point holds: another one's changes would be counted from a point that lacks it.
            return known.FirstOrDefault(d => d.DiskKey == key && d.Length == opened.VirtualSize);
        }
        catch (VirtualDiskException)
        {
            // The merge may hold the file for a moment; what was read at the checkpoint is the same disk.
            return KnownBy(known, settingId);
        }
    }

    private static KnownDisk? KnownBy(IReadOnlyList<KnownDisk> known, string settingId) =>
        known.FirstOrDefault(d => d.SettingIds.Contains(settingId, StringComparer.OrdinalIgnoreCase));
}
