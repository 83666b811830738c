namespace Alphaleonis.Win32.Vss;

public class VssRestoreSubcomponentInfo
{
    public VssRestoreSubcomponentInfo(string logicalPath, string componentName)
    {
        LogicalPath = logicalPath;
        ComponentName = componentName;
    }

    public string LogicalPath { get; }

    public string ComponentName { get; }
}
