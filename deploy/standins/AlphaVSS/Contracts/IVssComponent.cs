namespace Alphaleonis.Win32.Vss;

public interface IVssComponent : IDisposable
{
    bool AdditionalRestores { get; }

    string BackupOptions { get; }

    string BackupStamp { get; }

    bool BackupSucceeded { get; }

    string ComponentName { get; }

    VssComponentType ComponentType { get; }

    VssFileRestoreStatus FileRestoreStatus { get; }

    string LogicalPath { get; }

    string PostRestoreFailureMsg { get; }

    string PreRestoreFailureMsg { get; }

    string PreviousBackupStamp { get; }

    string RestoreOptions { get; }

    VssRestoreTarget RestoreTarget { get; }

    bool IsSelectedForRestore { get; }

    IList<VssWMFileDescriptor> AlternateLocationMappings { get; }

    IList<VssDirectedTargetInfo> DirectedTargets { get; }

    IList<VssWMFileDescriptor> NewTargets { get; }

    IList<VssPartialFileInfo> PartialFiles { get; }

    IList<VssDifferencedFileInfo> DifferencedFiles { get; }

    IList<VssRestoreSubcomponentInfo> RestoreSubcomponents { get; }

    bool IsAuthoritativeRestore { get; }

    string PostSnapshotFailureMsg { get; }

    string PrepareForBackupFailureMsg { get; }

    string RestoreName { get; }

    string RollForwardRestorePoint { get; }

    VssRollForwardType RollForwardType { get; }

    VssComponentFailure Failure { get; set; }
}
