using System.Buffers.Binary;
using System.Text;
using BackupFabric.Disks.Vhd;

namespace BackupFabric.Disks.Tests.Vhd;

public sealed class VhdTests : IDisposable
{
    private const int MiB = 1 << 20;
    private const int BlockSize = 2 * MiB;
    private const int BitmapSize = 512;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(@".\base.vhd", null)]
    [InlineData(null, @"C:\disks\base.vhd")]
    public async Task A_differencing_vhd_is_read_through_its_parent(string? relative, string? absolute)
    {
        (byte[] bytes, string child) = await MakeChainAsync(relative, absolute);

        await using IVirtualDisk disk = await DiskImage.OpenAsync(child, writable: false);

        Assert.Equal(DiskKind.Differencing, disk.Info.Kind);
        Assert.Equal(_folder["base.vhd"], disk.Info.ParentPath);
        await new DiskTwin(disk, bytes, new Random(1)).MustEqualAsync();
    }

    [Fact]
    public async Task A_differencing_vhd_is_not_written()
    {
        (_, string child) = await MakeChainAsync(@".\base.vhd", null);

        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(child, writable: true));

        Assert.Equal("disk-image-unsupported", refusal.Code);
    }

    [Fact]
    public async Task A_parent_with_another_identity_is_refused()
    {
        (_, string child) = await MakeChainAsync(@".\base.vhd", null);
        File.Delete(_folder["base.vhd"]);
        await (await DiskImage.CreateAsync(_folder["base.vhd"], new(DiskFormat.Vhd, DiskKind.Dynamic, 8 * MiB))).DisposeAsync();

        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(child, writable: false));

        Assert.Equal("disk-image-parent-mismatch", refusal.Code);
    }

    [Fact]
    public async Task A_dynamic_vhd_without_its_footer_lives_by_the_copy()
    {
        string path = _folder["disk.vhd"];
        byte[] bytes;
        await using (IVirtualDisk disk = await DiskImage.CreateAsync(path, new(DiskFormat.Vhd, DiskKind.Dynamic, 8 * MiB)))
        {
            DiskTwin twin = DiskTwin.Empty(disk, 3);
            await twin.WriteSomeAsync(5);
            bytes = twin.Bytes;
        }

        using (FileStream file = File.OpenWrite(path)) file.SetLength(file.Length - 512);
        await using (IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: true))
        {
            DiskTwin twin = new(disk, bytes, new Random(4));
            await twin.MustEqualAsync();
            await twin.WriteSomeAsync(10);
        }

        await using (IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false)) await new DiskTwin(disk, bytes, new Random(5)).MustEqualAsync();
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A child made by hand after the specification: block 1 holds every third sector, block 2 all of them.</summary>
    private async Task<(byte[] Bytes, string Child)> MakeChainAsync(string? relative, string? absolute)
    {
        Guid parentId = Guid.NewGuid();
        byte[] bytes;
        await using (IVirtualDisk parent = await DiskImage.CreateAsync(_folder["base.vhd"], new(DiskFormat.Vhd, DiskKind.Dynamic, 8 * MiB, DiskId: parentId)))
        {
            DiskTwin twin = DiskTwin.Empty(parent, 2);
            await twin.WriteSomeAsync(8);
            bytes = twin.Bytes;
        }

        string child = _folder["child.vhd"];
        byte[] file = new byte[4096 + (2 * (BitmapSize + BlockSize)) + 512];
        byte[] path = Encoding.Unicode.GetBytes(relative ?? absolute!);
        VhdParentLocatorEntry locator = new(relative is not null ? VhdParentLocatorEntry.W2ru : VhdParentLocatorEntry.W2ku, 512, (uint)path.Length, 2048);
        new VhdFooter(512, 0, 8 * MiB, VhdDiskType.Differencing, Guid.NewGuid()).Write(file);
        new VhdDynamicHeader(1536, 4, BlockSize, parentId, "base.vhd", [locator]).Write(file.AsSpan(512));
        file.AsSpan(1536, 16).Fill(0xFF);
        path.CopyTo(file, 2048);
        PutBlock(file, bytes, 1, 4096, step: 3);
        PutBlock(file, bytes, 2, 4096 + BitmapSize + BlockSize, step: 1);
        file.AsSpan(0, 512).CopyTo(file.AsSpan(file.Length - 512));
        File.WriteAllBytes(child, file);
        return (bytes, child);
    }

    private static void PutBlock(byte[] file, byte[] bytes, int block, int place, int step)
    {
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(1536 + (block * 4)), (uint)(place / 512));
        Random random = new(block);
        for (int sector = 0; sector < BlockSize / 512; sector += step)
        {
            file[place + (sector / 8)] |= (byte)(0x80 >> (sector % 8));
            Span<byte> data = file.AsSpan(place + BitmapSize + (sector * 512), 512);
            random.NextBytes(data);
            data.CopyTo(bytes.AsSpan((block * BlockSize) + (sector * 512)));
        }
    }
}
