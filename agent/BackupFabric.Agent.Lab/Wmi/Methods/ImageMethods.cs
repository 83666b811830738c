using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>Msvm_ImageManagementService: what an image is, and its changed ranges.</summary>
internal static class ImageMethods
{
    private const uint FileNotFound = 32779;

    public static async Task<WmiObject> SettingDataAsync(MethodCall call, CancellationToken cancellation)
    {
        if (call.Text("Path") is not { Length: > 0 } path || !File.Exists(call.Host.Volumes.ToLocal(path)))
            return MethodCall.Answer(FileNotFound);
        await using IVirtualDisk image = await DiskImage.OpenAsync(call.Host.Volumes.ToLocal(path), writable: false, cancellation);
        string text = EmbeddedText.Write(call.Graph.Schema, "Msvm_VirtualHardDiskSettingData", new Dictionary<string, object?>
        {
            ["Path"] = path,
            ["MaxInternalSize"] = (ulong)image.Length,
            ["BlockSize"] = (uint)image.Info.BlockSize,
            ["LogicalSectorSize"] = (uint)image.Info.LogicalSectorSize,
            ["PhysicalSectorSize"] = (uint)image.Info.PhysicalSectorSize,
            ["Format"] = (ushort)(image.Info.Format == DiskFormat.Vhd ? 2 : 3),
            ["Type"] = (ushort)(image.Info.Kind switch { DiskKind.Fixed => 2, DiskKind.Dynamic => 3, _ => 4 }),
            ["VirtualDiskId"] = image.Info.DiskId.ToString("D").ToUpperInvariant(),
            ["ParentPath"] = image.Info.ParentPath is null ? null : DiskPlace.Find(call.Host, path).Files is { Count: > 1 } files ? files[^2] : image.Info.ParentPath,
        });
        return MethodCall.Answer(MethodCall.Done, ("SettingData", text));
    }

    public static async Task<WmiObject> ChangesAsync(MethodCall call, CancellationToken cancellation)
    {
        if (call.Text("Path") is not { } path || call.Text("LimitId") is not { } id || call.Number("ByteLength") is not { } length)
            return MethodCall.Answer(MethodCall.InvalidParameter);
        long offset = call.Number("ByteOffset") ?? 0;
        try
        {
            await using IOpenVirtualDisk disk = await new LabVirtualDiskService(call.Host).OpenAsync(path, cancellation);
            Extents changes = (await disk.QueryChangesAsync(id, cancellation)).Clip(offset, length);
            return MethodCall.Answer(
                MethodCall.Done,
                ("ProcessedByteLength", (ulong)length),
                ("ChangedByteOffsets", changes.Ranges.Select(r => (ulong)r.Offset).ToArray()),
                ("ChangedByteLengths", changes.Ranges.Select(r => (ulong)r.Length).ToArray()));
        }
        catch (VirtualDiskException)
        {
            return MethodCall.Answer(32768);
        }
    }
}
