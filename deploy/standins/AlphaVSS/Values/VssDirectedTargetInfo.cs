namespace Alphaleonis.Win32.Vss;

public class VssDirectedTargetInfo
{
    public VssDirectedTargetInfo(
        string sourcePath,
        string sourceFileName,
        string sourceRangeList,
        string destinationPath,
        string destinationFileName,
        string destinationRangeList)
    {
        SourcePath = sourcePath;
        SourceFileName = sourceFileName;
        SourceRangeList = sourceRangeList;
        DestinationPath = destinationPath;
        DestinationFileName = destinationFileName;
        DestinationRangeList = destinationRangeList;
    }

    public string SourcePath { get; }

    public string SourceFileName { get; }

    public string SourceRangeList { get; }

    public string DestinationPath { get; }

    public string DestinationFileName { get; }

    public string DestinationRangeList { get; }
}
