namespace Alphaleonis.Win32.Vss;

public enum VssUsageType
{
    Undefined = 0,
    BootableSystemState = 1,
    SystemService = 2,
    UserData = 3,
    Other = 4,
}
