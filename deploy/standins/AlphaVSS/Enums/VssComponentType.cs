namespace Alphaleonis.Win32.Vss;

public enum VssComponentType
{
    Undefined = 0,
    Database = 1,
    FileGroup = 2,
}
