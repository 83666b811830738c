namespace BackupFabric.Disks.Vhdx;

internal enum VhdxAccess
{
    Read,

    /// <summary>Table changes go through the log.</summary>
    Write,

    /// <summary>A file that is worthless if its writer dies: no log.</summary>
    Bulk,

    /// <summary>Like <see cref="Write"/>, but what a child of the file shows stays the same, so the contents keep their identity.</summary>
    Merge,
}
