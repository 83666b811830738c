namespace BackupFabric.Disks.Tests.Vhdx;

/// <summary>One writer, and others that look.</summary>
public sealed class SharedHandleTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(DiskKind.Dynamic)]
    [InlineData(DiskKind.Differencing)]
    public async Task A_file_held_open_by_an_idle_writer_shows_all_that_was_written(DiskKind kind)
    {
        await using IVirtualDisk writer = await CreateAsync(kind);
        DiskTwin twin = DiskTwin.Empty(writer, 8);
        for (int round = 0; round < 15; round++)
        {
            await twin.WriteSomeAsync(12, longest: 2 * MiB);
            if (round % 4 == 3) await writer.FlushAsync();

            await using IVirtualDisk reader = await DiskImage.OpenAsync(_folder["disk.vhdx"], writable: false);

            await twin.MustEqualAsync(reader);
        }
    }

    [Theory]
    [InlineData(DiskKind.Dynamic)]
    [InlineData(DiskKind.Differencing)]
    public async Task Readers_of_the_same_disk_are_not_disturbed_by_its_writer(DiskKind kind)
    {
        await using IVirtualDisk disk = await CreateAsync(kind);
        const int stable = 16 * MiB;
        DiskTwin twin = DiskTwin.Empty(disk, 9);
        await twin.WriteAsync(0, stable);
        byte[] expected = twin.Bytes[..stable];
        using CancellationTokenSource stop = new();

        Task[] readers = [.. Enumerable.Range(0, 3).Select(i => Task.Run(() => ReadUntilAsync(disk, expected, new Random(i), stop.Token)))];
        Random random = new(10);
        for (int i = 0; i < 400; i++)
        {
            int first = (stable / 512) + random.Next(((int)disk.Length - stable) / 512);
            await disk.WriteAsync(first * 512L, new byte[512]);
            // Rewriting the same bytes makes readers cross blocks that are being looked up and changed.
            int old = random.Next(stable / 512);
            await disk.WriteAsync(old * 512L, expected.AsMemory(old * 512, 512));
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_leaves_a_sound_disk()
    {
        await using (IVirtualDisk disk = await CreateAsync(DiskKind.Dynamic))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await disk.WriteAsync(0, new byte[MiB], new CancellationToken(canceled: true)));
            DiskTwin twin = DiskTwin.Empty(disk, 12);
            await twin.WriteSomeAsync(5);
            await twin.MustEqualAsync();
        }

        await (await DiskImage.OpenAsync(_folder["disk.vhdx"], writable: true)).DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    private static async Task ReadUntilAsync(IVirtualDisk disk, byte[] expected, Random random, CancellationToken stop)
    {
        byte[] buffer = new byte[MiB];
        while (!stop.IsCancellationRequested)
        {
            int offset = random.Next(expected.Length), length = random.Next(Math.Min(buffer.Length, expected.Length - offset));
            await disk.ReadAsync(offset, buffer.AsMemory(0, length), CancellationToken.None);
            Assert.True(buffer.AsSpan(0, length).SequenceEqual(expected.AsSpan(offset, length)));
        }
    }

    private async Task<IVirtualDisk> CreateAsync(DiskKind kind)
    {
        DiskImageOptions options = new(DiskFormat.Vhdx, DiskKind.Dynamic, 64 * MiB, BlockSize: MiB);
        if (kind == DiskKind.Dynamic) return await DiskImage.CreateAsync(_folder["disk.vhdx"], options);
        await (await DiskImage.CreateAsync(_folder["base.vhdx"], options)).DisposeAsync();
        return await DiskImage.CreateAsync(_folder["disk.vhdx"], new(DiskFormat.Vhdx, DiskKind.Differencing, 0, ParentPath: _folder["base.vhdx"]));
    }
}
