using System.IO.Compression;
using BackupFabric.Disks.Tests.Judges;

namespace BackupFabric.Disks.Tests.Vhdx;

public sealed class HyperVSampleTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task An_image_made_by_hyper_v_tells_its_size_and_identity()
    {
        await using IVirtualDisk disk = await DiskImage.OpenAsync(Unpack(), writable: false);

        Assert.Equal(DiskFormat.Vhdx, disk.Info.Format);
        Assert.Equal(DiskKind.Dynamic, disk.Info.Kind);
        Assert.Equal(10 << 20, disk.Length);
        Assert.Equal(512, disk.Info.LogicalSectorSize);
        Assert.Equal(4096, disk.Info.PhysicalSectorSize);
        Assert.Equal(32 << 20, disk.Info.BlockSize);
        Assert.Equal(new Guid("788015f0-5e93-4bd2-a5de-b0cd8459db11"), disk.Info.DiskId);
        Assert.Null(disk.Info.ParentPath);
        Assert.False(disk.CanWrite);
        Assert.Equal([new DiskRange(0, 10 << 20)], (await DiskTwin.AllocatedAsync(disk)).Ranges);
    }

    [Fact]
    public async Task An_image_made_by_hyper_v_reads_as_qemu_reads_it()
    {
        QemuImg.Require();
        string path = Unpack(), raw = _folder["sample.raw"];
        QemuImg.Run("convert", "-f", "vhdx", "-O", "raw", path, raw);
        await using IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false);

        byte[] ours = await DiskTwin.ReadAllAsync(disk);

        Assert.True(ours.AsSpan().SequenceEqual(File.ReadAllBytes(raw)));
        Assert.Equal(0xAA55, BitConverter.ToUInt16(ours, 510));
    }

    [Fact]
    public async Task An_image_made_by_hyper_v_can_be_written_and_is_sound_after_that()
    {
        QemuImg.Require();
        string path = Unpack(), raw = _folder["sample.raw"];
        byte[] expected;
        await using (IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: true))
        {
            DiskTwin twin = new(disk, await DiskTwin.ReadAllAsync(disk), new Random(7));
            await twin.WriteSomeAsync(20);
            expected = twin.Bytes;
        }

        File.WriteAllBytes(raw, expected);
        QemuImg.Check(path, "vhdx");
        QemuImg.Compare(path, "vhdx", raw);
    }

    public void Dispose() => _folder.Dispose();

    private string Unpack()
    {
        string path = _folder["sample.vhdx"];
        using FileStream packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Samples", "hyperv-dynamic.vhdx.gz"));
        using GZipStream plain = new(packed, CompressionMode.Decompress);
        using FileStream target = File.Create(path);
        plain.CopyTo(target);
        return path;
    }
}
