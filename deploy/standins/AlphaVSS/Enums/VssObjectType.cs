namespace Alphaleonis.Win32.Vss;

public enum VssObjectType
{
    Unknown = 0,
    None = 1,
    SnapshotSet = 2,
    Snapshot = 3,
    Provider = 4,
}
