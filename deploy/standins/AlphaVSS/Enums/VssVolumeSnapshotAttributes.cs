namespace Alphaleonis.Win32.Vss;

[Flags]
public enum VssVolumeSnapshotAttributes
{
    Persistent = 1,
    NoAutoRecovery = 2,
    ClientAccessible = 4,
    NoAutoRelease = 8,
    NoWriters = 16,
    Transportable = 32,
    NotSurfaced = 64,
    NotTransacted = 128,
    HardwareAssisted = 0x00010000,
    Differential = 0x00020000,
    Plex = 0x00040000,
    Imported = 0x00080000,
    ExposedLocally = 0x00100000,
    ExposedRemotely = 0x00200000,
    AutoRecover = 0x00400000,
    RollbackRecovery = 0x00800000,
    DelayedPostSnapshot = 0x01000000,
    TxFRecovery = 0x02000000,
}
