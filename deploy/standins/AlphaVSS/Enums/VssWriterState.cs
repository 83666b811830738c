namespace Alphaleonis.Win32.Vss;

public enum VssWriterState
{
    Unknown = 0,
    Stable = 1,
    WaitingForFreeze = 2,
    WaitingForThaw = 3,
    WaitingForPostSnapshot = 4,
    WaitingForBackupComplete = 5,
    FailedAtIdentify = 6,
    FailedAtPrepareBackup = 7,
    FailedAtPrepareSnapshot = 8,
    FailedAtFreeze = 9,
    FailedAtThaw = 10,
    FailedAtPostSnapshot = 11,
    FailedAtBackupComplete = 12,
    FailedAtPreRestore = 13,
    FailedAtPostRestore = 14,
    FailedAtBackupShutdown = 15,
}
