namespace Alphaleonis.Win32.Vss;

public interface IVssSnapshotManagement
{
    IVssDifferentialSoftwareSnapshotManagement GetDifferentialSoftwareSnapshotManagementInterface();

    long GetMinDiffAreaSize();
}
