namespace Alphaleonis.Win32.Vss;

public enum VssSnapshotContext : uint
{
    Backup = 0,
    FileShareBackup = 16,
    NasRollback = 25,
    AppRollback = 9,
    ClientAccessible = 29,
    ClientAccessibleWriters = 13,
    All = 0xFFFFFFFF,
}
