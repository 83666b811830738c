namespace Alphaleonis.Win32.Vss;

public interface IVssInfoProvider
{
    bool IsVolumeSnapshotted(string volumeName);

    VssSnapshotCompatibility GetSnapshotCompatibility(string volumeName);

    bool ShouldBlockRevert(string volumeName);
}
