namespace Alphaleonis.Win32.Vss;

public class VssVolumeProperties
{
    public VssVolumeProperties(string volumeName, string volumeDisplayName)
    {
        VolumeName = volumeName;
        VolumeDisplayName = volumeDisplayName;
    }

    public string VolumeName { get; }

    public string VolumeDisplayName { get; }
}
