namespace BackupFabric.Disks.Tests.Judges;

/// <summary>What we make, qemu-img finds sound and equal to its raw twin.</summary>
public sealed class QemuJudgesOursTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(DiskKind.Dynamic, 1, 512, 37)]
    [InlineData(DiskKind.Dynamic, 2, 512, 64)]
    [InlineData(DiskKind.Dynamic, 32, 512, 75)]
    [InlineData(DiskKind.Dynamic, 256, 512, 40)]
    [InlineData(DiskKind.Dynamic, 8, 4096, 50)]
    [InlineData(DiskKind.Fixed, 1, 512, 16)]
    [InlineData(DiskKind.Fixed, 32, 512, 48)]
    public async Task Vhdx(DiskKind kind, int blockSizeMiB, int sectorSize, int lengthMiB)
    {
        foreach (bool bulk in new[] { false, true })
        {
            DiskImageOptions options = new(DiskFormat.Vhdx, kind, (lengthMiB * (long)MiB) + (3 * sectorSize), sectorSize, 4096, blockSizeMiB * MiB, Bulk: bulk);
            await MustBeEqualAsync("vhdx", $"ours-{bulk}.vhdx", options, sectorSize == 512);
        }
    }

    [Theory]
    [InlineData(DiskKind.Dynamic, 41)]
    [InlineData(DiskKind.Dynamic, 64)]
    [InlineData(DiskKind.Fixed, 20)]
    public async Task Vhd(DiskKind kind, int lengthMiB)
    {
        foreach (bool bulk in new[] { false, true })
            await MustBeEqualAsync("vpc", $"ours-{bulk}.vhd", new DiskImageOptions(DiskFormat.Vhd, kind, (lengthMiB * (long)MiB) + 512, Bulk: bulk), true);
    }

    [Fact]
    public async Task A_large_vhdx_with_bitmap_entries_between_its_blocks()
    {
        QemuImg.Require();
        string path = _folder["large.vhdx"];
        const long length = 9L << 40;
        long[] places = [0, (4L << 30) - 512, 4L << 30, (1L << 40) + 4096, length - 512];
        await using (IVirtualDisk disk = await DiskImage.CreateAsync(path, new(DiskFormat.Vhdx, DiskKind.Dynamic, length, BlockSize: MiB)))
        {
            foreach (long place in places) await disk.WriteAsync(place, Sector(place));
        }

        QemuImg.Check(path, "vhdx");
        foreach (long place in places)
        {
            QemuImg.Run("dd", "-f", "vhdx", "-O", "raw", "bs=512", $"skip={place / 512}", $"count={(place / 512) + 1}", $"if={path}", $"of={_folder["sector"]}");
            Assert.Equal(Sector(place), File.ReadAllBytes(_folder["sector"]));
        }
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Sector(long place)
    {
        byte[] data = new byte[512];
        new Random((int)(place >> 9)).NextBytes(data);
        return data;
    }

    private async Task MustBeEqualAsync(string qemuFormat, string name, DiskImageOptions options, bool qemuCanRead)
    {
        QemuImg.Require();
        string path = _folder[name], raw = _folder["twin.raw"];
        byte[] bytes;
        await using (IVirtualDisk disk = await DiskImage.CreateAsync(path, options))
        {
            DiskTwin twin = DiskTwin.Empty(disk, 42);
            await twin.WriteSomeAsync(30);
            await disk.FlushAsync();
            await twin.WriteSomeAsync(10);
            await twin.MustEqualAsync();
            bytes = twin.Bytes;
        }

        await using (IVirtualDisk again = await DiskImage.OpenAsync(path, writable: true))
        {
            DiskTwin twin = new(again, bytes, new Random(43));
            await twin.MustEqualAsync();
            await twin.WriteSomeAsync(10);
        }

        await using (IVirtualDisk last = await DiskImage.OpenAsync(path, writable: false))
            await new DiskTwin(last, bytes, new Random(44)).MustEqualAsync();
        if (!qemuCanRead) return; // it opens sectors of 512 bytes only
        File.WriteAllBytes(raw, bytes);
        QemuImg.Check(path, qemuFormat);
        QemuImg.Compare(path, qemuFormat, raw);
    }
}
