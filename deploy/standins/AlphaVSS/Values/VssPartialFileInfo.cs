namespace Alphaleonis.Win32.Vss;

public class VssPartialFileInfo
{
    public VssPartialFileInfo(string path, string fileName, string range, string metadata)
    {
        Path = path;
        FileName = fileName;
        Range = range;
        Metadata = metadata;
    }

    public string Path { get; }

    public string FileName { get; }

    public string Range { get; }

    public string Metadata { get; }
}
