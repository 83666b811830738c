using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Reading;

/// <summary>Opens the disks of a checkpoint: the checkpoint's own, not the live ones, which go on changing.</summary>
internal static class SnapshotDisks
{
    /// <summary>All or none: a failure closes what is open and leaves as a problem. Disks that host backup cannot protect are left out with a warning.</summary>
    public static async Task<List<SnapshotDisk>> OpenAsync(
        HostSeams seams, HostVm vm, AttachedStorage storage, bool tracks, Baseline? baseline, List<Problem> warnings, ILogger logger, CancellationToken cancellation)
    {
        var disks = new List<SnapshotDisk>();
        try
        {
            foreach (var attached in storage.Disks)
            {
                if (await OpenOneAsync(seams, vm, attached, tracks, baseline, warnings, logger, cancellation) is not { } disk) continue;
                disks.Add(disk);
                if (disks.Take(disks.Count - 1).Any(d => d.DiskKey == disk.DiskKey)) throw HyperVProblems.SameDiskTwice(vm.Name, disk.Location);
            }
        }
        catch
        {
            await CloseAsync(disks);
            throw;
        }

        foreach (var location in storage.PassThrough) warnings.Add(LeftOut($"Disk {location} is a pass-through disk; host backup cannot protect it."));
        if (storage.FibreChannel) warnings.Add(LeftOut("The VM's virtual Fibre Channel disks are not protected."));
        return disks;
    }

    public static async Task CloseAsync(IEnumerable<SnapshotDisk> disks)
    {
        foreach (var disk in disks) await disk.DisposeAsync();
    }

    private static async Task<SnapshotDisk?> OpenOneAsync(
        HostSeams seams, HostVm vm, AttachedDisk attached, bool tracks, Baseline? baseline, List<Problem> warnings, ILogger logger, CancellationToken cancellation)
    {
        IOpenVirtualDisk? opened = null;
        VirtualDiskException? failure = null;
        try
        {
            if (!attached.IsVhdSet && !attached.Shared) opened = await seams.Disks.OpenAsync(attached.Path, cancellation);
        }
        catch (VirtualDiskException e)
        {
            failure = e;
        }

        var assessment = DiskAssessment.Of(attached, vm.Version, tracks, opened, failure);
        if (assessment.Protection == DiskProtection.Excluded)
        {
            warnings.Add(LeftOut(assessment.Warning!));
            return null;
        }

        return opened is not null ? new(attached, opened, assessment, baseline, logger) : throw HyperVProblems.From(failure!);
    }

    private static Problem LeftOut(string sentence) => new()
    {
        Code = "disk-not-protected",
        Sentence = sentence,
        Advice = "Protect its data with a guest agent, or move it to a VHDX.",
        Retry = RetryClass.Never,
    };
}
