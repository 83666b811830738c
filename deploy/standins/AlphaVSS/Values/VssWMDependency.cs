namespace Alphaleonis.Win32.Vss;

public class VssWMDependency
{
    public VssWMDependency(Guid writerId, string logicalPath, string componentName)
    {
        WriterId = writerId;
        LogicalPath = logicalPath;
        ComponentName = componentName;
    }

    public Guid WriterId { get; }

    public string LogicalPath { get; }

    public string ComponentName { get; }
}
