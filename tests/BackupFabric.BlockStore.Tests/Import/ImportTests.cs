using BackupFabric.Blocks;
using BackupFabric.BlockStore.Import;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Import;

public sealed class ImportTests
{
    [Theory]
    [InlineData(BlockCodec.None)]
    [InlineData(BlockCodec.Lz4)]
    [InlineData(BlockCodec.Zstd)]
    public async Task An_imported_disk_restores_byte_for_byte_after_reopening(BlockCodec codec)
    {
        var volume = new MemoryVolume();
        var disk = TestDisk.Content(1, 700)[..^1536];
        await using (var repository = await TestRepository.CreateAsync(volume))
        {
            var report = await TestImport.RunAsync(repository, disk, codec: codec);
            Assert.Null(report.Basis);
            Assert.Equal(disk.Length, report.Point.Disks[0].Root.Length);
        }

        await using var reopened = await TestRepository.OpenAsync(volume);
        Assert.Equal(disk, await TestImport.RestoreAsync(reopened, Assert.Single(reopened.Points()).Disks[0]));
    }

    [Fact]
    public async Task The_importer_makes_the_same_map_as_an_agent_and_counts_the_same_content()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(2, 900);
        var pushed = (await TestDisk.BackUpAsync(repository, disk)).Disks[0];
        var imported = (await TestImport.RunAsync(repository, disk)).Point.Disks[0];
        Assert.Equal(pushed.Root, imported.Root);
        Assert.Equal(pushed.ContentBytes, imported.ContentBytes);
    }

    [Fact]
    public async Task Only_allocated_bytes_are_read_and_an_unchanged_disk_stores_nothing()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var content = new byte[500 * Cluster.Size];
        new Random(3).NextBytes(content.AsSpan(100 * Cluster.Size, 60 * Cluster.Size));
        var disk = new MemoryDisk(content);
        var first = await TestImport.RunAsync(repository, disk, TestImport.Request());
        Assert.Equal(60L * Cluster.Size, disk.ReadBytes);
        Assert.Equal(disk.ReadBytes, first.ReadBytes);
        Assert.Equal(first.Blocks, first.NewBlocks);

        var second = await TestImport.RunAsync(repository, content);
        Assert.Equal(0, second.NewBlocks);
        Assert.Equal(0, second.Point.NewBytes);
        Assert.Equal(first.Point.Disks[0].Root, second.Point.Disks[0].Root);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Changed_ranges_give_a_point_that_restores_to_the_changed_disk_and_read_little(int seed)
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var random = new Random(seed);
        var disk = TestDisk.Content(seed, 1500);
        await TestImport.RunAsync(repository, disk);
        for (var round = 0; round < 5; round++)
        {
            var changed = TestImport.Change(disk, random, random.Next(0, 12));
            var source = new MemoryDisk(disk);
            var report = await TestImport.RunAsync(repository, source, TestImport.Request(changed: changed));
            Assert.NotNull(report.Basis);
            Assert.Equal(disk, await TestImport.RestoreAsync(repository, report.Point.Disks[0]));
            // Each changed place touches at most the blocks at its two ends and those inside.
            Assert.InRange(source.ReadBytes, 0, changed.Sum(range => range.Length + 2L * (TestDisk.Rules.GreatestBytes + Cluster.Size)));
        }
    }

    /// <summary>Cuts depend on the block's own bytes only, so a disk cut in parts and one cut whole agree wherever the parts begin on the whole's boundaries.</summary>
    [Fact]
    public async Task A_change_that_covers_whole_spans_gives_the_same_map_as_reading_everything()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(5, 640);
        await TestImport.RunAsync(repository, disk);
        var span = (int)TestDisk.Rules.SpanBytes;
        new Random(5).NextBytes(disk.AsSpan(3 * span, 2 * span));
        disk.AsSpan(7 * span, span).Clear();
        var patched = await TestImport.RunAsync(repository, disk, changed: [new(7 * span, span), new(3 * span, 2 * span)]);
        var whole = await TestImport.RunAsync(repository, disk);
        Assert.Null(whole.Basis);
        Assert.Equal(whole.Point.Disks[0].Root, patched.Point.Disks[0].Root);
        Assert.Equal(whole.Point.Disks[0].ContentBytes, patched.Point.Disks[0].ContentBytes);
    }

    [Fact]
    public async Task A_base_that_is_deleted_purged_and_collected_during_an_import_is_there_to_its_end()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(21, 1500);
        var first = await TestImport.RunAsync(repository, disk);
        var changed = TestImport.Change(disk, new Random(21), 6);
        var purged = 0;
        var source = new MemoryDisk(disk) { OnAccess = () => { if (Interlocked.Exchange(ref purged, 1) == 0) Purge(repository, first.Point.PointId); } };
        var second = await TestImport.RunAsync(repository, source, TestImport.Request(changed: changed));
        Assert.Equal((1, first.Point.PointId), (purged, second.Basis!.PointId));
        Assert.Equal(disk, await TestImport.RestoreAsync(repository, Assert.Single(repository.Points()).Disks[0]));
    }

    [Fact]
    public async Task A_range_that_changed_nothing_leaves_the_map_as_it_was()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(16, 300);
        var first = await TestImport.RunAsync(repository, disk);
        var second = await TestImport.RunAsync(repository, disk, changed: [new(0, disk.Length)]);
        Assert.NotNull(second.Basis);
        Assert.Equal(first.Point.Disks[0].Root, second.Point.Disks[0].Root);
        Assert.Equal(0, second.NewBlocks);
    }

    [Fact]
    public async Task Ranges_may_overlap_touch_be_empty_and_come_in_any_order()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(6, 300);
        await TestImport.RunAsync(repository, disk);
        new Random(6).NextBytes(disk.AsSpan(40_000, 90_000));
        var report = await TestImport.RunAsync(repository, disk, changed: [new(90_000, 40_000), new(40_000, 60_000), new(70_000, 20_000), new(100, 0), new(40_000, 60_000), new(disk.Length, 0)]);
        Assert.Equal(disk, await TestImport.RestoreAsync(repository, report.Point.Disks[0]));
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, -1)]
    [InlineData(0, long.MaxValue)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(300 * 4096 - 1, 2)]
    public async Task A_range_outside_the_disk_is_refused_and_nothing_is_committed(long offset, long length)
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(7, 300);
        await TestImport.RunAsync(repository, disk);
        await TestRepository.RefusalAsync("changes-invalid", () => TestImport.RunAsync(repository, disk, changed: [new(0, 512), new(offset, length)]));
        Assert.Single(repository.Points());
    }

    [Fact]
    public async Task A_list_of_changes_without_a_point_to_be_relative_to_is_refused()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(8, 100);
        await TestImport.RunAsync(repository, disk, vm: "another");
        await TestRepository.RefusalAsync("basis-missing", () => TestImport.RunAsync(repository, disk, changed: []));
    }

    [Theory]
    [InlineData(300, 300)]
    [InlineData(300, 301)]
    [InlineData(310, 500)]
    [InlineData(64, 65)]
    [InlineData(300, 120)]
    [InlineData(300, 64)]
    public async Task A_disk_that_grew_or_shrank_is_told_right_also_with_changes(int before, int after)
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var random = new Random(9);
        var disk = TestDisk.Content(9, before);
        await TestImport.RunAsync(repository, disk);
        var resized = new byte[after * Cluster.Size - 512];
        disk.AsSpan(0, Math.Min(disk.Length, resized.Length)).CopyTo(resized);
        var changed = TestImport.Change(resized, random, 3);
        if (resized.Length > disk.Length) random.NextBytes(resized.AsSpan(disk.Length + (resized.Length - disk.Length) / 2));
        var report = await TestImport.RunAsync(repository, resized, changed: changed);
        Assert.Equal(resized, await TestImport.RestoreAsync(repository, report.Point.Disks[0]));
        Assert.Equal((await TestImport.RunAsync(repository, resized)).Point.Disks[0].ContentBytes, report.Point.Disks[0].ContentBytes);
    }

    [Fact]
    public async Task Equal_blocks_that_all_workers_meet_at_once_are_stored_once()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = new byte[64 * TestDisk.Rules.SpanBytes];
        var span = disk.AsSpan(0, (int)TestDisk.Rules.SpanBytes);
        new Random(10).NextBytes(span);
        for (var i = 1; i < 64; i++) span.CopyTo(disk.AsSpan(i * span.Length));
        var report = await TestImport.RunAsync(repository, disk);
        Assert.Equal(report.Blocks / 64, repository.Usage().Blocks);
        // Packed twice only when one worker looked in the moment before the other had stored: rare, never the rule.
        Assert.InRange(report.NewBlocks, report.Blocks / 64, report.Blocks / 8);
        Assert.Equal(disk, await TestImport.RestoreAsync(repository, report.Point.Disks[0]));
    }

    [Fact]
    public async Task A_source_that_ends_early_commits_nothing_and_what_was_stored_is_found_by_the_next_attempt()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(11, 1000);
        var cut = new MemoryDisk(disk) { FailsFrom = 700 * Cluster.Size };
        await Assert.ThrowsAsync<IOException>(() => TestImport.RunAsync(repository, cut, TestImport.Request()));
        Assert.Empty(repository.Points());
        var stored = repository.Usage().Blocks;
        Assert.True(stored > 0);
        var report = await TestImport.RunAsync(repository, disk);
        Assert.True(report.NewBlocks < repository.Usage().Blocks);
        Assert.Equal(disk, await TestImport.RestoreAsync(repository, report.Point.Disks[0]));
    }

    [Fact]
    public async Task Cancelled_anywhere_an_import_commits_nothing_and_leaves_nobody_at_work()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var content = TestDisk.Content(12, 1500);
        for (var after = 0; after < 200; after += 17)
        {
            using var cancel = new CancellationTokenSource();
            var accesses = 0;
            var disk = new MemoryDisk(content) { OnAccess = () => { if (Interlocked.Increment(ref accesses) > after) cancel.Cancel(); } };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TestImport.RunAsync(repository, disk, TestImport.Request(), cancellation: cancel.Token));
            Assert.Empty(repository.Points());
            var reads = disk.ReadBytes;
            disk.OnAccess = () => Assert.Fail("Somebody still reads.");
            Assert.Equal(reads, disk.ReadBytes);
        }
    }

    [Fact]
    public async Task A_volume_that_fills_up_ends_the_import_with_a_clear_error_and_room_ends_the_trouble()
    {
        var volume = new MemoryVolume(capacity: 1 << 20);
        await using var repository = await TestRepository.CreateAsync(volume);
        var disk = TestDisk.Content(13, 2000);
        await TestRepository.RefusalAsync("repository-full", () => TestImport.RunAsync(repository, disk));
        Assert.Empty(repository.Points());
        volume.Capacity = long.MaxValue;
        var report = await TestImport.RunAsync(repository, disk);
        Assert.Equal(disk, await TestImport.RestoreAsync(repository, report.Point.Disks[0]));
    }

    [Fact]
    public async Task The_same_name_is_the_same_vm_and_another_name_or_repository_is_another()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        await using var other = await TestRepository.CreateAsync(new MemoryVolume());
        string[] names = ["web", "Web", "web ", "wéb", "ウェブ サーバー", new('x', LocalVm.NameLengthMax)];
        Assert.Equal(names.Length, names.Select(name => LocalVm.IdOf(repository, name)).Distinct().Count());
        Assert.Equal(LocalVm.IdOf(repository, "ウェブ サーバー"), LocalVm.IdOf(repository, "ウェブ サーバー"));
        Assert.NotEqual(LocalVm.IdOf(repository, "web"), LocalVm.IdOf(other, "web"));
        foreach (var name in new[] { "", "  ", new string('x', LocalVm.NameLengthMax + 1) })
            await TestRepository.RefusalAsync("point-invalid", () => TestImport.RunAsync(repository, TestDisk.Content(1, 4), vm: name));
    }

    [Fact]
    public async Task Points_of_a_vm_ascend_even_when_the_clock_is_set_back()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var disk = TestDisk.Content(14, 40);
        var clock = new ClockAhead();
        var first = await new ImportJob(repository, new ImportOptions(), clock).RunAsync(TestImport.Request(), new MemoryDisk(disk), null, CancellationToken.None);
        var second = await TestImport.RunAsync(repository, disk, changed: []);
        Assert.Equal(first.Point.PointId, second.Basis!.PointId);
        Assert.True(second.Point.TakenAt > first.Point.TakenAt);
        Assert.Equal(second.Point.PointId, repository.Points()[^1].PointId);
    }

    [Fact]
    public async Task Progress_ends_at_all_of_it()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        var heard = new List<ImportProgress>();
        var disk = TestDisk.Content(15, 600);
        await new ImportJob(repository, new ImportOptions(), TimeProvider.System).RunAsync(TestImport.Request(), new MemoryDisk(disk), new Heard<ImportProgress>(heard), CancellationToken.None);
        Assert.NotEmpty(heard);
        Assert.Equal(heard[^1].TotalBytes, heard.Max(progress => progress.DoneBytes));
        Assert.Single(heard.Select(progress => progress.TotalBytes).Distinct());
    }

    /// <summary>While a reader waits: all of it, before anything else is read.</summary>
    private static void Purge(Repository repository, Guid point)
    {
        repository.DeletePointAsync(point, CancellationToken.None).GetAwaiter().GetResult();
        Assert.Equal(1, repository.CollectAsync(new(EmptyTrashOlderThan: TimeSpan.Zero), null, CancellationToken.None).GetAwaiter().GetResult().PointsPurged);
    }

    private sealed class ClockAhead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddYears(1);
    }

    private sealed class Heard<T>(List<T> heard) : IProgress<T>
    {
        public void Report(T value)
        {
            lock (heard) heard.Add(value);
        }
    }
}
