namespace Alphaleonis.Win32.Vss;

public enum VssRestoreTarget
{
    Undefined = 0,
    Original = 1,
    Alternate = 2,
    Directed = 3,
    OriginalLocation = 4,
}
