namespace BackupFabric.Disks.Tests;

/// <summary>A disk and the plain bytes it should hold, written together at random places.</summary>
internal sealed class DiskTwin(IVirtualDisk disk, byte[] bytes, Random random)
{
    public byte[] Bytes => bytes;

    public static DiskTwin Empty(IVirtualDisk disk, int seed) => new(disk, new byte[disk.Length], new Random(seed));

    /// <summary>Writes of whole sectors, small and large, some in old places, some of zeros.</summary>
    public async Task WriteSomeAsync(int count, int longest = 3 << 20)
    {
        int sector = disk.Info.LogicalSectorSize;
        long sectors = disk.Length / sector;
        for (int i = 0; i < count; i++)
        {
            int most = random.Next(4) == 0 ? longest : 32 << 10;
            long first = random.NextInt64(sectors);
            int length = (int)Math.Min(sectors - first, 1 + random.Next(most / sector)) * sector;
            await WriteAsync(first * sector, length, zeros: random.Next(8) == 0);
        }
    }

    public async Task WriteAsync(long offset, int length, bool zeros = false)
    {
        byte[] data = new byte[length];
        if (!zeros) random.NextBytes(data);
        await disk.WriteAsync(offset, data);
        data.CopyTo(bytes, offset);
    }

    public Task MustEqualAsync() => MustEqualAsync(disk);

    public async Task MustEqualAsync(IVirtualDisk other)
    {
        Assert.Equal(bytes.Length, other.Length);
        Assert.True((await ReadAllAsync(other)).AsSpan().SequenceEqual(bytes), "The disk does not hold what was written to it.");
        for (int i = 0; i < 50; i++)
        {
            int offset = random.Next(bytes.Length), length = random.Next(Math.Min(1 << 18, bytes.Length - offset));
            byte[] part = new byte[length];
            await other.ReadAsync(offset, part);
            Assert.True(part.AsSpan().SequenceEqual(bytes.AsSpan(offset, length)), $"Reading {length} bytes at {offset} differs.");
        }

        await AllocationMustCoverAsync(other);
    }

    public static async Task<byte[]> ReadAllAsync(IVirtualDisk disk)
    {
        byte[] all = new byte[disk.Length];
        for (int done = 0; done < all.Length;)
        {
            int here = Math.Min(5 << 20, all.Length - done);
            await disk.ReadAsync(done, all.AsMemory(done, here));
            done += here;
        }

        return all;
    }

    public static async Task<Extents> AllocatedAsync(IVirtualDisk disk)
    {
        List<DiskRange> ranges = [];
        await foreach (DiskRange range in disk.AllocatedAsync(0, disk.Length)) ranges.Add(range);
        Extents extents = Extents.Of(ranges);
        Assert.Equal(extents.Ranges, ranges); // ascending and merged as they come
        return extents;
    }

    private async Task AllocationMustCoverAsync(IVirtualDisk other)
    {
        Extents holes = Extents.Of([new DiskRange(0, other.Length)]).Except(await AllocatedAsync(other));
        foreach (DiskRange hole in holes.Ranges)
            Assert.False(bytes.AsSpan((int)hole.Offset, (int)hole.Length).ContainsAnyExcept((byte)0), $"{hole} is said to be empty and is not.");
    }
}
