using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Reading;

/// <summary>What is attached to a VM according to one set of settings: image, drive slot and controller are three objects that point to their parents.</summary>
/// <param name="PassThrough">Locations of pass-through disks.</param>
/// <param name="FibreChannel">There is a virtual Fibre Channel adapter, whose disks the host cannot see.</param>
internal sealed record AttachedStorage(IReadOnlyList<AttachedDisk> Disks, IReadOnlyList<string> PassThrough, bool FibreChannel)
{
    public static async Task<AttachedStorage> OfAsync(IWmi wmi, WmiObject settings, CancellationToken cancellation)
    {
        var path = settings.PathOf();
        var images = await wmi.AssociatorsAsync(path, nameof(Msvm_VirtualSystemSettingDataComponent), nameof(Msvm_StorageAllocationSettingData), cancellation);
        var resources = await wmi.AssociatorsAsync(path, nameof(Msvm_VirtualSystemSettingDataComponent), nameof(Msvm_ResourceAllocationSettingData), cancellation);
        var fibreChannel = await wmi.AssociatorsAsync(path, nameof(Msvm_VirtualSystemSettingDataComponent), nameof(Msvm_SyntheticFcPortSettingData), cancellation);
        var slots = new DriveSlots(resources);

        var disks = images
            .Where(i => i.Get<string>(Msvm_StorageAllocationSettingData.ResourceSubType) == Msvm_StorageAllocationSettingData.ResourceSubTypeText.VirtualHardDisk)
            .Where(i => i.List<string>(Msvm_StorageAllocationSettingData.HostResource) is [{ Length: > 0 }, ..])
            .Select(i => new AttachedDisk(
                i.Get<string>(Msvm_StorageAllocationSettingData.InstanceID) ?? "",
                i.List<string>(Msvm_StorageAllocationSettingData.HostResource)[0],
                slots.LocationOf(i.Get<string>(Msvm_StorageAllocationSettingData.Parent)),
                i.Get<bool>(Msvm_StorageAllocationSettingData.PersistentReservationsSupported),
                i))
            .OrderBy(d => d.Location, StringComparer.Ordinal).ThenBy(d => d.InstanceId, StringComparer.Ordinal);
        return new([.. disks], slots.PassThrough(), fibreChannel.Count > 0);
    }

    private sealed class DriveSlots(IReadOnlyList<WmiObject> resources)
    {
        // Hyper-V numbers SCSI controllers by their order; IDE controllers carry their number.
        private readonly List<WmiObject> _scsi = [.. resources.Where(r => Type(r) == Msvm_ResourceAllocationSettingData.ResourceTypeValue.ParallelScsiHba)];

        public string LocationOf(string? drivePath) => Find(drivePath) is { } drive ? LocationOf(drive) : "unknown";

        public IReadOnlyList<string> PassThrough() => [.. resources
            .Where(r => r.Get<string>(Msvm_ResourceAllocationSettingData.ResourceSubType) == Msvm_ResourceAllocationSettingData.ResourceSubTypeText.PhysicalDiskDrive
                && r.List<string>(Msvm_ResourceAllocationSettingData.HostResource).Count > 0)
            .Select(LocationOf)];

        private string LocationOf(WmiObject drive)
        {
            var slot = drive.Get<string>(Msvm_ResourceAllocationSettingData.AddressOnParent) ?? "?";
            if (Find(drive.Get<string>(Msvm_ResourceAllocationSettingData.Parent)) is not { } controller) return $"unknown:{slot}";
            var number = controller.Get<string>(Msvm_ResourceAllocationSettingData.Address) ?? "?";
            return Type(controller) switch
            {
                Msvm_ResourceAllocationSettingData.ResourceTypeValue.ParallelScsiHba => string.Create(CultureInfo.InvariantCulture, $"SCSI {_scsi.IndexOf(controller)}:{slot}"),
                Msvm_ResourceAllocationSettingData.ResourceTypeValue.IdeController => $"IDE {number}:{slot}",
                _ => $"unknown:{slot}",
            };
        }

        private WmiObject? Find(string? path) => path is null ? null : resources.FirstOrDefault(r =>
            WmiPath.KeyOf(path, Msvm_ResourceAllocationSettingData.InstanceID) is { } id
            && string.Equals(r.Get<string>(Msvm_ResourceAllocationSettingData.InstanceID), id, StringComparison.OrdinalIgnoreCase));

        private static Msvm_ResourceAllocationSettingData.ResourceTypeValue Type(WmiObject resource) =>
            (Msvm_ResourceAllocationSettingData.ResourceTypeValue)resource.Get<int>(Msvm_ResourceAllocationSettingData.ResourceType);
    }
}
