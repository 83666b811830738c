using System.Buffers.Binary;
using BackupFabric.Disks.Files;
using BackupFabric.Disks.Tests.Judges;
using BackupFabric.Disks.Vhdx;

namespace BackupFabric.Disks.Tests.Vhdx;

/// <summary>Logs as other writers may leave them, made by hand.</summary>
public sealed class LogReplayTests : IDisposable
{
    private const int MiB = 1 << 20;
    private const int Page = 4096;
    private const long BatOffset = 3 * MiB;

    private readonly TestFolder _folder = new();
    private readonly Guid _log = Guid.NewGuid();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_and_zeros_are_replayed_in_order(bool inTheFile)
    {
        (string path, byte[] bytes, long data) = await MakeAsync();
        // Zeros over two pages of the block, then data over the second of them; the table page is zeroed and brought back.
        byte[] page = Pattern(1), bat = ReadPage(path, BatOffset);
        WriteLog(path, position: 0,
            Entry(5, 0, (data, 2L * Page, null), (BatOffset, 4L * Page, null)),
            Entry(6, 0, (data + Page, Page, page), (BatOffset, Page, bat)));
        bytes.AsSpan(0, 2 * Page).Clear();
        page.CopyTo(bytes, Page);

        if (inTheFile) await (await DiskImage.OpenAsync(path, writable: true)).DisposeAsync();
        await using (IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false)) await new DiskTwin(disk, bytes, new Random(1)).MustEqualAsync();

        MustEqualAtQemu(path, bytes);
    }

    [Fact]
    public async Task An_entry_that_goes_round_the_end_of_the_log_is_whole()
    {
        (string path, byte[] bytes, long data) = await MakeAsync();
        byte[] page = Pattern(2);
        WriteLog(path, position: MiB - Page, Entry(9, MiB - Page, (data + (3 * Page), Page, page)));
        page.CopyTo(bytes, 3 * Page);

        await using (IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false)) await new DiskTwin(disk, bytes, new Random(1)).MustEqualAsync();

        MustEqualAtQemu(path, bytes);
    }

    [Fact]
    public async Task A_torn_entry_ends_the_sequence_before_it()
    {
        (string path, byte[] bytes, long data) = await MakeAsync();
        byte[] page = Pattern(3), torn = Entry(21, 0, (data, Page, Pattern(4)));
        torn[Page + 2000] ^= 1;
        WriteLog(path, position: 0, Entry(20, 0, (data, Page, page)), torn);
        page.CopyTo(bytes, 0);

        await using IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false);

        await new DiskTwin(disk, bytes, new Random(1)).MustEqualAsync();
    }

    [Fact]
    public async Task Entries_of_an_older_log_are_not_replayed()
    {
        (string path, byte[] bytes, long data) = await MakeAsync();
        byte[] page = Pattern(5);
        using LogReplayTests other = new();
        byte[] foreign = other.Entry(7, 0, (data, Page, Pattern(6)));
        WriteLog(path, position: 0, Entry(6, 0, (data, Page, page)), foreign);
        page.CopyTo(bytes, 0);

        await using IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false);

        await new DiskTwin(disk, bytes, new Random(1)).MustEqualAsync();
    }

    [Fact]
    public async Task The_newest_complete_sequence_wins()
    {
        (string path, byte[] bytes, long data) = await MakeAsync();
        byte[] newest = Pattern(7);
        // Entry 30 is complete in itself; entry 31 begins a sequence of its own; 33 lacks its tail.
        WriteLog(path, position: 0, Entry(30, 0, (data, Page, Pattern(8))), Entry(31, 2 * Page, (data, Page, newest)), Entry(33, 40 * Page, (data, Page, Pattern(9))));
        newest.CopyTo(bytes, 0);

        await using IVirtualDisk disk = await DiskImage.OpenAsync(path, writable: false);

        await new DiskTwin(disk, bytes, new Random(1)).MustEqualAsync();
    }

    [Fact]
    public async Task A_file_that_lost_its_end_is_refused()
    {
        (string path, _, long data) = await MakeAsync();
        WriteLog(path, position: 0, Entry(3, 0, (data, Page, Pattern(1))));
        using (FileStream file = File.OpenWrite(path)) file.SetLength(file.Length - MiB);

        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(path, writable: false));

        Assert.Equal("disk-image-damaged", refusal.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64 * 1024)]
    [InlineData(MiB)]
    [InlineData(1L << 50)]
    [InlineData((4 * MiB) + 1)]
    public async Task A_log_that_reaches_for_what_it_may_not_change_is_refused(long target)
    {
        (string path, _, _) = await MakeAsync();
        WriteLog(path, position: 0, Entry(3, 0, (target, Page, Pattern(1))));

        DiskImageException refusal = await Assert.ThrowsAsync<DiskImageException>(() => DiskImage.OpenAsync(path, writable: true));

        Assert.Equal("disk-image-damaged", refusal.Code);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Pattern(int seed)
    {
        byte[] page = new byte[Page];
        new Random(seed).NextBytes(page);
        return page;
    }

    private static byte[] ReadPage(string path, long offset)
    {
        using IImageFile file = LocalImageStore.Instance.Open(path, writable: false);
        byte[] page = new byte[Page];
        file.Read(offset, page);
        return page;
    }

    private void MustEqualAtQemu(string path, byte[] bytes)
    {
        QemuImg.Require();
        File.WriteAllBytes(_folder["twin.raw"], bytes);
        QemuImg.Run("check", "-f", "vhdx", "-r", "all", path);
        QemuImg.Compare(path, "vhdx", _folder["twin.raw"]);
    }

    private async Task<(string Path, byte[] Bytes, long Data)> MakeAsync()
    {
        string path = _folder["disk.vhdx"];
        await using IVirtualDisk disk = await DiskImage.CreateAsync(path, new(DiskFormat.Vhdx, DiskKind.Dynamic, 4 * MiB, BlockSize: MiB));
        DiskTwin twin = DiskTwin.Empty(disk, 4);
        await twin.WriteAsync(0, 4 * MiB);
        return (path, twin.Bytes, 4 * MiB);
    }

    private byte[] Entry(ulong sequence, long tail, params (long Offset, long Length, byte[]? Page)[] changes)
    {
        int pages = changes.Count(c => c.Page is not null);
        byte[] entry = new byte[(1 + pages) * Page];
        new LogEntryHeader((uint)entry.Length, (uint)tail, sequence, (uint)changes.Length, _log, 8 * MiB, 8 * MiB).Write(entry);
        int descriptor = LogEntryHeader.Size, data = Page;
        foreach ((long offset, long length, byte[]? page) in changes)
        {
            LogDescriptor made = page is null ? new(true, 0, (ulong)length, offset, sequence) : LogDescriptor.ForPage(page, offset, sequence);
            made.Write(entry.AsSpan(descriptor));
            descriptor += LogDescriptor.Size;
            if (page is null) continue;
            LogDataSector.Write(entry.AsSpan(data, Page), page, sequence);
            data += Page;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), Crc32C.OfStructure(entry));
        return entry;
    }

    private void WriteLog(string path, long position, params byte[][] entries)
    {
        using IImageFile file = LocalImageStore.Instance.Open(path, writable: true);
        HeaderPair headers = HeaderPair.Read(file);
        byte[] all = [.. entries.SelectMany(e => e)];
        for (int done = 0; done < all.Length; done += Page)
            file.Write(headers.Current.LogOffset + ((position + done) % MiB), all.AsSpan(done, Page));
        headers.Update(headers.Current with { LogGuid = _log });
    }
}
