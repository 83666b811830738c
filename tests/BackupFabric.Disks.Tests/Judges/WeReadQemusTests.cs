namespace BackupFabric.Disks.Tests.Judges;

/// <summary>What qemu-img makes, we read byte for byte, and go on writing without harm.</summary>
public sealed class WeReadQemusTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("vhdx", "subformat=dynamic", DiskFormat.Vhdx, DiskKind.Dynamic)]
    [InlineData("vhdx", "subformat=dynamic,block_size=1M", DiskFormat.Vhdx, DiskKind.Dynamic)]
    [InlineData("vhdx", "subformat=dynamic,block_size=4M,log_size=2M", DiskFormat.Vhdx, DiskKind.Dynamic)]
    [InlineData("vhdx", "subformat=dynamic,block_size=64M", DiskFormat.Vhdx, DiskKind.Dynamic)]
    [InlineData("vhdx", "subformat=dynamic,block_size=256M,block_state_zero=off", DiskFormat.Vhdx, DiskKind.Dynamic)]
    [InlineData("vhdx", "subformat=fixed", DiskFormat.Vhdx, DiskKind.Fixed)]
    [InlineData("vhdx", "subformat=fixed,block_size=1M", DiskFormat.Vhdx, DiskKind.Fixed)]
    [InlineData("vpc", "subformat=dynamic,force_size=on", DiskFormat.Vhd, DiskKind.Dynamic)]
    [InlineData("vpc", "subformat=fixed,force_size=on", DiskFormat.Vhd, DiskKind.Fixed)]
    public async Task Images_of_qemu(string qemuFormat, string qemuOptions, DiskFormat format, DiskKind kind)
    {
        QemuImg.Require();
        string raw = _folder["source.raw"], path = _folder["image"];
        byte[] bytes = await SparseContentAsync(raw);
        QemuImg.Run("convert", "-f", "raw", "-O", qemuFormat, "-o", qemuOptions, raw, path);
        await using (IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false))
        {
            Assert.Equal((format, kind), (disk.Info.Format, disk.Info.Kind));
            await new DiskTwin(disk, bytes, new Random(1)).MustEqualAsync();
        }

        await using (IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: true))
            await new DiskTwin(disk, bytes, new Random(2)).WriteSomeAsync(25);
        File.WriteAllBytes(raw, bytes);
        QemuImg.Check(path, qemuFormat);
        QemuImg.Compare(path, qemuFormat, raw);
    }

    [Theory]
    [InlineData("vpc")]
    [InlineData("raw")]
    public async Task Allocated_ranges_agree_with_qemu_map(string format)
    {
        QemuImg.Require();
        string raw = _folder["source.raw"], path = _folder["image"];
        await SparseContentAsync(raw);
        QemuImg.Run(["convert", "-f", "raw", "-O", format, .. format == "raw" ? Array.Empty<string>() : ["-o", "force_size=on"], raw, path]);
        await using IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false);

        Extents ours = await DiskTwin.AllocatedAsync(disk);

        using var map = System.Text.Json.JsonDocument.Parse(QemuImg.Run("map", "-f", format, "--output=json", path));
        Extents theirs = Extents.Of(map.RootElement.EnumerateArray()
            .Where(e => e.GetProperty("data").GetBoolean())
            .Select(e => new DiskRange(e.GetProperty("start").GetInt64(), e.GetProperty("length").GetInt64())));
        // Inside of VHD blocks qemu looks for holes of the file; we take blocks as they are.
        int unit = format == "raw" ? 512 : 2 * MiB;
        Assert.Equal(theirs.RoundTo(unit, disk.Length).Ranges, ours.Ranges);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<byte[]> SparseContentAsync(string raw)
    {
        await using IVirtualDisk disk = await DiskImage.CreateAsync(raw, new(DiskFormat.Raw, DiskKind.Fixed, 45 * MiB));
        DiskTwin twin = DiskTwin.Empty(disk, 99);
        await twin.WriteSomeAsync(12);
        await twin.WriteAsync(disk.Length - 512, 512);
        await twin.MustEqualAsync();
        return twin.Bytes;
    }
}
