namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.5.1: 3 bits of state, 44 bits of file offset in MiB.</summary>
internal readonly record struct BatEntry(ulong Value)
{
    private const int OffsetShift = 20;

    public BatEntry(PayloadBlockState state, long fileOffset)
        : this((ulong)fileOffset | (ulong)state)
    {
    }

    public PayloadBlockState State => (PayloadBlockState)(Value & 7);

    /// <summary>In a sector bitmap entry, 6 is the only state other than absent ([MS-VHDX] 2.5.1.2).</summary>
    public bool IsBitmapPresent => State == PayloadBlockState.FullyPresent;

    /// <summary>Bytes; negative for an offset that no file can have.</summary>
    public long FileOffset => (long)(Value >> OffsetShift << OffsetShift);
}
