namespace Alphaleonis.Win32.Vss;

public class VssDiffVolumeProperties
{
    public VssDiffVolumeProperties(string volumeName, string volumeDisplayName, long volumeFreeSpace, long volumeTotalSpace)
    {
        VolumeName = volumeName;
        VolumeDisplayName = volumeDisplayName;
        VolumeFreeSpace = volumeFreeSpace;
        VolumeTotalSpace = volumeTotalSpace;
    }

    public string VolumeName { get; }

    public string VolumeDisplayName { get; }

    public long VolumeFreeSpace { get; }

    public long VolumeTotalSpace { get; }
}
