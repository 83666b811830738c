namespace BackupFabric.Agent.HyperV;

/// <summary>Win32 and virtual disk errors (by their names in winerror.h) that are told apart; every other one means an image that cannot be read.</summary>
internal static class DiskError
{
    public const uint FileNotFound = 2;
    public const uint PathNotFound = 3;
    public const uint AccessDenied = 5;
    public const uint NotReady = 21;
    public const uint SharingViolation = 32;
    public const uint DevNotExist = 55;
    public const uint DiskFull = 112;
    public const uint VhdParentVhdNotFound = 0xC03A000D;
    public const uint VhdShared = 0xC05CFF0A;
}
