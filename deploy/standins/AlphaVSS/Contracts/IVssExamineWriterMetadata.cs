namespace Alphaleonis.Win32.Vss;

public interface IVssExamineWriterMetadata : IDisposable
{
    VssBackupSchema BackupSchema { get; }

    IList<VssWMFileDescriptor> AlternateLocationMappings { get; }

    VssWMRestoreMethod RestoreMethod { get; }

    IList<IVssWMComponent> Components { get; }

    IList<VssWMFileDescriptor> ExcludeFiles { get; }

    Guid InstanceId { get; }

    Guid WriterId { get; }

    string WriterName { get; }

    VssUsageType Usage { get; }

    VssSourceType Source { get; }

    string InstanceName { get; }

    Version Version { get; }

    IList<VssWMFileDescriptor> ExcludeFromSnapshotFiles { get; }

    bool LoadFromXml(string xml);

    string SaveAsXml();
}
