namespace Alphaleonis.Win32.Vss;

public enum VssSnapshotState
{
    Unknown = 0,
    Preparing = 1,
    ProcessingPrepare = 2,
    Prepared = 3,
    ProcessingPreCommit = 4,
    PreComitted = 5,
    ProcessingCommit = 6,
    Committed = 7,
    ProcessingPostCommit = 8,
    ProcessingPreFinalCommit = 9,
    PreFinalCommitted = 10,
    ProcessingPostFinalCommit = 11,
    Created = 12,
    Aborted = 13,
    Deleted = 14,
    PostCommitted = 15,
}
