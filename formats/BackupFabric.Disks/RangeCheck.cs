namespace BackupFabric.Disks;

/// <summary>What every disk asks of its callers.</summary>
internal static class RangeCheck
{
    public static void Require(long offset, long length, long diskLength)
    {
        if (offset < 0 || length < 0 || offset > diskLength - length)
            throw new ArgumentOutOfRangeException(nameof(offset), $"The range of {length} bytes at {offset} is not within a disk of {diskLength} bytes.");
    }

    public static void RequireSectors(long offset, long length, int sectorSize)
    {
        if (offset % sectorSize != 0 || length % sectorSize != 0)
            throw new ArgumentException($"A write of {length} bytes at {offset} does not consist of whole sectors of {sectorSize} bytes.", nameof(offset));
    }
}
