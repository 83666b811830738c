namespace BackupFabric.Disks.Vhdx;

/// <summary>A page to write, or zeros where there is none.</summary>
internal readonly record struct LogChange(long FileOffset, long Length, byte[]? Page);
