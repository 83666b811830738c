namespace Alphaleonis.Win32.Vss;

public enum VssProtectionLevel
{
    OriginalVolume = 0,
    Snapshot = 1,
}
