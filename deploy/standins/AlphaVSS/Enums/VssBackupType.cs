namespace Alphaleonis.Win32.Vss;

public enum VssBackupType
{
    Undefined = 0,
    Full = 1,
    Incremental = 2,
    Differential = 3,
    Log = 4,
    Copy = 5,
    Other = 6,
}
