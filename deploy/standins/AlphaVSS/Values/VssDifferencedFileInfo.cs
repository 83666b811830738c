namespace Alphaleonis.Win32.Vss;

public class VssDifferencedFileInfo
{
    public VssDifferencedFileInfo(string path, string fileSpecification, bool isRecursive, DateTime lastModifyTime)
    {
        Path = path;
        FileSpecification = fileSpecification;
        IsRecursive = isRecursive;
        LastModifyTime = lastModifyTime;
    }

    public string Path { get; }

    public string FileSpecification { get; }

    public bool IsRecursive { get; }

    public DateTime LastModifyTime { get; }
}
