namespace Alphaleonis.Win32.Vss;

public enum VssFileRestoreStatus
{
    Undefined = 0,
    None = 1,
    All = 2,
    Failed = 3,
}
