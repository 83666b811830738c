namespace Alphaleonis.Win32.Vss;

public interface IVssFactory
{
    IVssBackupComponents CreateVssBackupComponents();

    IVssSnapshotManagement CreateVssSnapshotManagement();

    IVssExamineWriterMetadata CreateVssExamineWriterMetadata(string xml);

    IVssInfoProvider GetInfoProvider();
}
