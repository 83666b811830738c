namespace Alphaleonis.Win32.Vss;

public class VssWMFileDescriptor
{
    public VssWMFileDescriptor(
        string alternateLocation, VssFileSpecificationBackupType backupTypeMask, string fileSpecification, string path, bool isRecursive)
    {
        AlternateLocation = alternateLocation;
        BackupTypeMask = backupTypeMask;
        FileSpecification = fileSpecification;
        Path = path;
        IsRecursive = isRecursive;
    }

    public string AlternateLocation { get; }

    public VssFileSpecificationBackupType BackupTypeMask { get; }

    public string FileSpecification { get; }

    public string Path { get; }

    public bool IsRecursive { get; }
}
