namespace Alphaleonis.Win32.Vss;

public enum VssWriterRestore
{
    Undefined = 0,
    Never = 1,
    IfReplaceFails = 2,
    Always = 3,
}
