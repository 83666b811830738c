namespace BackupFabric.Disks.Vhd;

internal enum VhdDiskType : uint
{
    Fixed = 2,
    Dynamic = 3,
    Differencing = 4,
}
