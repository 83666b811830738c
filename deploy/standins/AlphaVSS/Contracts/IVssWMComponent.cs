namespace Alphaleonis.Win32.Vss;

public interface IVssWMComponent : IDisposable
{
    VssComponentType Type { get; }

    string LogicalPath { get; }

    string ComponentName { get; }

    string Caption { get; }

    bool RestoreMetadata { get; }

    bool NotifyOnBackupComplete { get; }

    bool Selectable { get; }

    bool SelectableForRestore { get; }

    VssComponentFlags ComponentFlags { get; }

    IList<VssWMFileDescriptor> Files { get; }

    IList<VssWMFileDescriptor> DatabaseFiles { get; }

    IList<VssWMFileDescriptor> DatabaseLogFiles { get; }

    IList<VssWMDependency> Dependencies { get; }

    byte[] GetIcon();
}
