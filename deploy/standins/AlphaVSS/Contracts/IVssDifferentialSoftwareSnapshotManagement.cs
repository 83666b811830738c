namespace Alphaleonis.Win32.Vss;

public interface IVssDifferentialSoftwareSnapshotManagement
{
    void AddDiffArea(string volumeName, string diffAreaVolumeName, long maximumDiffSpace);

    void ChangeDiffAreaMaximumSize(string volumeName, string diffAreaVolumeName, long maximumDiffSpace);

    IList<VssDiffAreaProperties> QueryDiffAreasForSnapshot(Guid snapshotId);

    IList<VssDiffAreaProperties> QueryDiffAreasForVolume(string volumeName);

    IList<VssDiffAreaProperties> QueryDiffAreasOnVolume(string volumeName);

    IList<VssDiffVolumeProperties> QueryVolumesSupportedForDiffAreas(string originalVolumeName);

    void ChangeDiffAreaMaximumSize(string volumeName, string diffAreaVolumeName, long maximumDiffSpace, bool isVolatile);

    void ClearVolumeProtectFault(string volumeName);

    void DeleteUnusedDiffAreas(string diffAreaVolumeName);

    VssVolumeProtectionInfo GetVolumeProtectionLevel(string volumeName);

    void SetVolumeProtectionLevel(string volumeName, VssProtectionLevel protectionLevel);
}
