namespace Alphaleonis.Win32.Vss;

public class VssVolumeProtectionInfo
{
    public VssVolumeProtectionInfo(
        VssProtectionLevel protectionLevel,
        bool volumeIsOfflineForProtection,
        VssProtectionFault protectionFault,
        uint failureStatus,
        bool volumeHasUnusedDiffArea)
    {
        ProtectionLevel = protectionLevel;
        VolumeIsOfflineForProtection = volumeIsOfflineForProtection;
        ProtectionFault = protectionFault;
        FailureStatus = failureStatus;
        VolumeHasUnusedDiffArea = volumeHasUnusedDiffArea;
    }

    public VssProtectionLevel ProtectionLevel { get; }

    public bool VolumeIsOfflineForProtection { get; }

    public VssProtectionFault ProtectionFault { get; }

    public uint FailureStatus { get; }

    public bool VolumeHasUnusedDiffArea { get; }
}
