namespace Alphaleonis.Win32.Vss;

public enum VssRollForwardType
{
    Undefined = 0,
    None = 1,
    All = 2,
    Partial = 3,
}
