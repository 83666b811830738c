namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.5.1.1.</summary>
internal enum PayloadBlockState
{
    NotPresent = 0,
    Undefined = 1,
    Zero = 2,
    Unmapped = 3,
    FullyPresent = 6,
    PartiallyPresent = 7,
}
