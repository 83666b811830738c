namespace Alphaleonis.Win32.Vss;

[Flags]
public enum VssBackupSchema
{
    Undefined = 0,
    Differential = 1,
    Incremental = 2,
    ExclusiveIncrementalDifferential = 4,
    Log = 8,
    Copy = 16,
    Timestamped = 32,
    LastModify = 64,
    Lsn = 128,
    WriterSupportsNewTarget = 256,
    WriterSupportsRestoreWithMove = 512,
    IndependentSystemState = 1024,
    RollForwardRestore = 4096,
    RestoreRename = 8192,
    AuthoritativeRestore = 16384,
    WriterSupportsParallelRestores = 32768,
}
