namespace Alphaleonis.Win32.Vss;

public sealed class VssRootAndLogicalPrefixPaths
{
    public VssRootAndLogicalPrefixPaths(string rootPath, string logicalPrefix)
    {
        RootPath = rootPath;
        LogicalPrefix = logicalPrefix;
    }

    public string RootPath { get; }

    public string LogicalPrefix { get; }
}
