namespace BackupFabric.Server.Jobs;

internal enum JobKind
{
    Backup = 0,
    Recover = 1,
}
