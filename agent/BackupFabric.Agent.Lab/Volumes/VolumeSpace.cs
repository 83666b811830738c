using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Volumes;

/// <summary>How much room a simulated volume has: by its size, by a fault, and by the disk below the lab.</summary>
internal sealed class VolumeSpace(LabHost host)
{
    public long FreeBytes(string path)
    {
        string folder = host.Volumes.VolumeFolder(path);
        string volume = Path.GetFileName(folder);
        long free = new DriveInfo(folder).AvailableFreeSpace;
        if (host.Document.VolumeBytes.TryGetValue(volume, out long size))
            free = Math.Min(free, Math.Max(0, size - UsedBytes(folder)));
        if (host.Faults.FreeBytes(volume) is { } left)
            free = Math.Min(free, left);
        return free;
    }

    private static long UsedBytes(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
}
