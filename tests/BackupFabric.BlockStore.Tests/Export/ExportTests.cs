using BackupFabric.Blocks;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Export;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Export;

public sealed class ExportTests
{
    [Fact]
    public async Task Any_part_of_a_disk_is_restored_as_it_was()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(1, 600)[..^512];
        var from = (await TestImport.RunAsync(repository, disk)).Point.Disks[0];
        var random = new Random(1);
        List<ByteRange> parts = [new(0, 0), new(0, 1), new(disk.Length - 1, 1), new(disk.Length, 0), new(0, disk.Length), new(4095, 2)];
        for (var i = 0; i < 60; i++)
        {
            var offset = random.Next(disk.Length);
            parts.Add(new(offset, random.Next(disk.Length - offset) >> random.Next(12)));
        }

        foreach (var part in parts) Assert.Equal(disk.AsSpan((int)part.Offset, (int)part.Length).ToArray(), await RestoreAsync(repository, from, part));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(1, 40 * 4096)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public async Task A_part_outside_the_disk_is_refused(long offset, long length)
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var from = (await TestImport.RunAsync(repository, TestDisk.Content(2, 40))).Point.Disks[0];
        await TestRepository.RefusalAsync("range-invalid", () => new ExportJob(repository, new ExportOptions()).RunAsync(from, new MemoryDisk(0), new(offset, length), null, CancellationToken.None));
    }

    [Fact]
    public async Task Holes_are_not_written_and_an_empty_disk_writes_nothing()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(3, 800);
        var target = new MemoryDisk(disk.Length);
        var report = await ExportAsync(repository, (await TestImport.RunAsync(repository, disk)).Point.Disks[0], target);
        Assert.Equal(TestRepository.ContentOf(repository, disk), report.WrittenBytes);
        Assert.Equal(report.WrittenBytes, target.Written.Sum(range => range.Length));

        var empty = (await TestImport.RunAsync(repository, new byte[900 * Cluster.Size])).Point.Disks[0];
        Assert.True(empty.Root.Id.IsZero);
        Assert.Equal(0, (await ExportAsync(repository, empty, new MemoryDisk(empty.Root.Length))).WrittenBytes);
    }

    [Fact]
    public async Task Neighbouring_records_are_read_at_once()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume(), TestRepository.Options with { PackBytesMax = 64 << 20 });
        var disk = TestDisk.Content(4, 1200);
        var from = (await TestImport.RunAsync(repository, disk)).Point.Disks[0];
        var report = await ExportAsync(repository, from, new MemoryDisk(disk.Length));
        Assert.InRange(report.PackReads, 1, report.Blocks / 4);
    }

    [Fact]
    public async Task A_disk_patched_many_times_whose_blocks_lie_in_many_packs_restores_right()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var (random, disk) = (new Random(5), TestDisk.Content(5, 700));
        var report = await TestImport.RunAsync(repository, disk);
        for (var i = 0; i < 12; i++) report = await TestImport.RunAsync(repository, disk, changed: TestImport.Change(disk, random, 20));
        Assert.Equal(disk, await TestImport.RestoreAsync(repository, report.Point.Disks[0]));
    }

    [Fact]
    public async Task A_damaged_record_ends_the_restore_and_is_named_and_the_part_beside_it_still_restores()
    {
        var volume = new MemoryVolume();
        var disk = TestDisk.Content(6, 500);
        new Random(6).NextBytes(disk.AsSpan(0, 30 * Cluster.Size));
        await using (var repository = await TestRepository.CreateAsync(volume)) await TestImport.RunAsync(repository, disk, codec: BlockCodec.None);
        var pack = volume.Names("data").First(name => volume.BytesOf(name).AsSpan().IndexOf(disk.AsSpan(0, Cluster.Size)) > 0);
        var bytes = volume.BytesOf(pack);
        var place = bytes.AsSpan().IndexOf(disk.AsSpan(0, Cluster.Size));
        bytes[place + 100] ^= 1;
        volume.SetBytes(pack, bytes);

        await using var reopened = await TestRepository.OpenAsync(volume);
        var from = reopened.Points()[0].Disks[0];
        var refusal = await TestRepository.RefusalAsync("block-damaged", () => TestImport.RestoreAsync(reopened, from));
        Assert.Contains(pack, refusal.Message, StringComparison.Ordinal);
        var rest = new ByteRange(TestDisk.Rules.SpanBytes, disk.Length - TestDisk.Rules.SpanBytes);
        Assert.Equal(disk[(int)rest.Offset..], await RestoreAsync(reopened, from, rest));

        // A change in the same span reads the damaged block again and stores it anew, and then all of it restores.
        var healed = await TestImport.RunAsync(reopened, disk, changed: [new(60 * Cluster.Size, 512)]);
        Assert.True(healed.NewBlocks > 0);
        Assert.Equal(disk, await TestImport.RestoreAsync(reopened, from));
    }

    [Fact]
    public async Task A_missing_pack_ends_the_restore_with_a_clear_error()
    {
        var volume = new MemoryVolume();
        var disk = TestDisk.Content(7, 300);
        await using (var repository = await TestRepository.CreateAsync(volume)) await TestImport.RunAsync(repository, disk);
        foreach (var pack in volume.Names("data").ToList()) await volume.DeleteAsync(pack, CancellationToken.None);
        await using var reopened = await TestRepository.OpenAsync(volume);
        await TestRepository.RefusalAsync("block-missing", () => TestImport.RestoreAsync(reopened, reopened.Points()[0].Disks[0]));
    }

    [Fact]
    public async Task What_the_target_cannot_write_ends_the_restore()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(8, 600);
        var from = (await TestImport.RunAsync(repository, disk)).Point.Disks[0];
        var writes = 0;
        var target = new MemoryDisk(disk.Length) { OnAccess = () => { if (Interlocked.Increment(ref writes) > 5) throw new IOException("No room."); } };
        Assert.Equal("No room.", (await Assert.ThrowsAsync<IOException>(() => ExportAsync(repository, from, target))).Message);
        Assert.False(target.IsFlushed);
    }

    [Fact]
    public async Task A_cancelled_restore_stops()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(9, 900);
        var from = (await TestImport.RunAsync(repository, disk)).Point.Disks[0];
        using var cancel = new CancellationTokenSource();
        var target = new MemoryDisk(disk.Length) { OnAccess = cancel.Cancel };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ExportJob(repository, new ExportOptions()).RunAsync(from, target, null, null, cancel.Token));
        Assert.False(target.IsFlushed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_comparison_names_every_byte_that_differs_and_feeds_the_next_import(int seed)
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        await using var copy = await TestRepository.CreateAsync(new MemoryVolume());
        var (random, before) = (new Random(seed), TestDisk.Content(seed, 900));
        var old = (await TestImport.RunAsync(repository, before)).Point.Disks[0];
        await TestImport.RunAsync(copy, before);
        var after = before.ToArray();
        TestImport.Change(after, random, 15);
        var now = (await TestImport.RunAsync(repository, after)).Point.Disks[0];

        var ranges = await new DiskComparison(repository).RangesAsync(old.Root, now.Root, CancellationToken.None).ToListAsync(TestContext.Current.CancellationToken);
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Offset));
        for (var at = 0; at < after.Length; at++)
        {
            if (before[at] != after[at]) Assert.Contains(ranges, range => range.Offset <= at && at < range.End);
            if (before[at] != after[at]) at |= Cluster.Size - 1;
        }

        Assert.Empty(await new DiskComparison(repository).RangesAsync(now.Root, now.Root, CancellationToken.None).ToListAsync(TestContext.Current.CancellationToken));
        var patched = await TestImport.RunAsync(copy, after, changed: ranges);
        Assert.Equal(after, await TestImport.RestoreAsync(copy, patched.Point.Disks[0]));
    }

    [Theory]
    [InlineData(300, 420)]
    [InlineData(420, 300)]
    [InlineData(64, 64 * 300)]
    public async Task Disks_of_different_lengths_are_compared_within_the_later_one(int before, int after)
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(4, Math.Max(before, after));
        var old = (await TestImport.RunAsync(repository, disk[..(before * Cluster.Size)])).Point.Disks[0];
        var now = (await TestImport.RunAsync(repository, disk[..(after * Cluster.Size - 512)])).Point.Disks[0];
        var ranges = await new DiskComparison(repository).RangesAsync(old.Root, now.Root, CancellationToken.None).ToListAsync(TestContext.Current.CancellationToken);
        Assert.All(ranges, range => Assert.InRange(range.End, 0, now.Root.Length));
        if (after > before) Assert.True(ranges.Sum(range => range.Length) >= TestRepository.ContentOf(repository, disk[(before * Cluster.Size)..^0]) / 2);
    }

    private static Task<ExportReport> ExportAsync(Repository repository, ManifestDisk from, MemoryDisk target) =>
        new ExportJob(repository, new ExportOptions(Workers: 4)).RunAsync(from, target, null, null, CancellationToken.None);

    private static async Task<byte[]> RestoreAsync(Repository repository, ManifestDisk from, ByteRange part)
    {
        var target = new MemoryDisk(part.Length);
        await new ExportJob(repository, new ExportOptions(Workers: 3)).RunAsync(from, target, part, null, CancellationToken.None);
        return target.Content;
    }
}
