namespace Alphaleonis.Win32.Vss;

[Flags]
public enum VssFileSpecificationBackupType
{
    Unknown = 0,
    FullBackupRequired = 1,
    DifferentialBackupRequired = 2,
    IncrementalBackupRequired = 4,
    LogBackupRequired = 8,
    FullSnapshotRequired = 256,
    DifferentialSnapshotRequired = 512,
    IncrementalSnapshotRequired = 1024,
    LogSnapshotRequired = 2048,
    CreatedDuringBackup = 0x00010000,
    AllBackupRequired = 15,
    AllSnapshotRequired = 3840,
}
