namespace Alphaleonis.Win32.Vss;

public enum VssRestoreType
{
    Undefined = 0,
    ByCopy = 1,
    Import = 2,
    Other = 3,
}
