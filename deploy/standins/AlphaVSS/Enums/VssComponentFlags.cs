namespace Alphaleonis.Win32.Vss;

[Flags]
public enum VssComponentFlags
{
    None = 0,
    BackupRecovery = 1,
    RollbackRecovery = 2,
    NotSystemState = 4,
}
