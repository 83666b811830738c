using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Reading;

/// <summary>Whether and how a disk can be protected from the host.</summary>
/// <param name="Warning">A sentence for the operator when the disk is left out or costs more than a changed-block read.</param>
internal sealed record DiskAssessment(DiskProtection Protection, string? Warning)
{
    /// <param name="opened">Null when the image could not be opened; then <paramref name="failure"/> says why.</param>
    public static DiskAssessment Of(AttachedDisk disk, ConfigurationVersion version, bool hostTracksChanges, IOpenVirtualDisk? opened, VirtualDiskException? failure)
    {
        if (disk.IsVhdSet) return Excluded($"Disk {disk.Location} is a VHD Set, which is not protected yet; protect the guest cluster from inside its guests.");
        if (disk.Shared || failure?.Code == DiskError.VhdShared)
            return Excluded($"Disk {disk.Location} is shared between VMs; host backup cannot protect it. Use a guest agent or convert it to a VHD Set.");
        if (failure is not null) return new(DiskProtection.FullRead, $"Disk {disk.Location} cannot be opened: {HyperVProblems.From(failure).Problem.Sentence}");
        if (disk.IsVhd) return new(DiskProtection.FullRead, $"Disk {disk.Location} is a VHD file, which has no change tracking: it is read as a whole each time. Convert it to VHDX.");
        if (!hostTracksChanges || version < ConfigurationVersion.ChangeTrackingPerhaps)
            return new(DiskProtection.FullRead, null);
        // Between the two versions the sources disagree; tracking that is on is the only proof.
        return version >= ConfigurationVersion.ChangeTracking || opened?.MostRecentChangeTrackingId is not null
            ? new(DiskProtection.Incremental, null)
            : new(DiskProtection.FullRead, null);
    }

    private static DiskAssessment Excluded(string warning) => new(DiskProtection.Excluded, warning);
}
