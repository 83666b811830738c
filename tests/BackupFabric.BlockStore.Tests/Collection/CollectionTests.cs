using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Collection;

public sealed class CollectionTests
{
    [Fact]
    public async Task What_only_purged_points_needed_is_given_back_and_the_dry_run_had_told_how_much()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        var before = PackBytes(scene.Start);
        var dry = await CollectionScene.CollectAsync(repository, CollectionScene.Everything with { DryRun = true });
        Assert.Single(repository.Trash());
        Assert.Equal(scene.DoomedDisk, await TestDisk.RestoreAsync(repository, scene.Doomed.Disks[0]));

        var report = await CollectionScene.CollectAsync(repository);
        Assert.Equal(dry with { DryRun = false, Findings = [] }, report with { Findings = [] });
        Assert.Equal(1, report.PointsPurged);
        Assert.True(report is { PacksDropped: > 0, PacksRewritten: > 0, BytesRewritten: > 0, PacksHeld: 0, PacksWithoutRoom: 0, BlocksMissing: 0 }, report.ToString());
        Assert.InRange(report.BytesFreed, scene.DoomedDisk.Length / 4, long.MaxValue);
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
        await CollectionScene.AssertCollectedAsync(repository);

        await repository.DisposeAsync();
        // Headers, footers and tables of new packs are all that the figures leave out.
        Assert.InRange(before - PackBytes(scene.Start), report.BytesFreed - 1024, report.BytesFreed);
        await using var again = await TestRepository.OpenAsync(scene.Start);
        await TestRepository.AssertHoldsAsync(again, scene.Kept);
        Assert.Empty(again.Findings());
        Assert.DoesNotContain(scene.Start.Names("index"), name => name.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_collection_the_index_on_the_disk_is_believed()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        await using (var repository = await TestRepository.OpenAsync(scene.Start)) await CollectionScene.CollectAsync(repository);
        var runs = scene.Start.Names("index");
        Assert.NotEmpty(runs);
        await using var again = await TestRepository.OpenAsync(scene.Start);
        Assert.Subset(scene.Start.Names("index").ToHashSet(), runs.ToHashSet());
    }

    [Fact]
    public async Task Nothing_of_a_point_in_the_trash_is_collected()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        var report = await CollectionScene.CollectAsync(repository, new());
        Assert.Equal((0, 0, 0), (report.PointsPurged, report.PacksDropped, report.PacksRewritten));
        await repository.UndeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
        scene.Kept.Add(scene.Doomed.PointId, scene.DoomedDisk);
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public async Task No_pack_that_stays_is_thinner_than_wanted(double share)
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        var report = await CollectionScene.CollectAsync(repository, CollectionScene.Everything with { ThinShare = share });
        Assert.Equal(share == 0, report.PacksRewritten == 0);
        Assert.Equal(share == 1, report.DeadBytesLeft == 0);
        Assert.True(report.DeadBytesLeft <= (1 - share) * (report.DeadBytesLeft + report.LiveBytes));
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
    }

    [Fact]
    public async Task A_reader_keeps_a_purged_point_until_it_lets_go()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        using (var lease = repository.HoldPoint(scene.Doomed.PointId))
        {
            Assert.Equal(1, (await CollectionScene.CollectAsync(repository)).PointsPurged);
            Assert.Empty(repository.Trash());
            Assert.Equal(scene.DoomedDisk, await TestDisk.RestoreAsync(repository, lease.Point.Disks[0]));
            await TestRepository.RefusalAsync("point-missing", () => Task.FromResult(repository.HoldPoint(scene.Doomed.PointId)));
        }

        Assert.True((await CollectionScene.CollectAsync(repository)).PacksDropped > 0);
        await Assert.ThrowsAsync<RepositoryException>(() => TestDisk.RestoreAsync(repository, scene.Doomed.Disks[0]));
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
    }

    [Fact]
    public async Task A_session_that_was_told_stored_finds_it_stored_until_it_ends_and_not_for_longer()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        var session = repository.BeginSession();
        Assert.All(TestDisk.Blocks(repository, scene.DoomedDisk).Where(block => !block.Id.IsZero), block => Assert.False(TestDisk.IsLacking(session, block.Id)));
        var report = await CollectionScene.CollectAsync(repository);
        Assert.True(report.PacksHeld > 0);
        var point = await session.CommitAsync(TestDisk.PointOf(Guid.NewGuid(), default, await TestDisk.StoreAsync(repository, session, scene.DoomedDisk)), CancellationToken.None);
        Assert.Equal(0, session.NewBytes);
        await session.DisposeAsync();
        await CollectionScene.CollectAsync(repository);
        scene.Kept.Add(point.PointId, scene.DoomedDisk);
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);

        await using (var abandoned = repository.BeginSession()) await TestDisk.StoreAsync(repository, abandoned, TestDisk.Content(77, 60));
        Assert.True((await CollectionScene.CollectAsync(repository)).BytesFreed > 0);
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
        await CollectionScene.AssertCollectedAsync(repository);
    }

    [Fact]
    public async Task A_base_that_was_purged_is_refused_and_one_that_is_held_is_not_lost()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        await using var holding = repository.BeginSession();
        await using var late = repository.BeginSession();
        Assert.True(holding.TryHold(scene.Doomed.Disks[0]));
        await CollectionScene.CollectAsync(repository);
        var changed = TestRepository.Changed(scene.DoomedDisk, new Random(1));
        var built = await TestDisk.StoreAsync(repository, holding, changed, scene.Doomed.Disks[0]);
        var point = await holding.CommitAsync(TestDisk.PointOf(Guid.NewGuid(), default, built), CancellationToken.None);
        await holding.DisposeAsync();
        await CollectionScene.CollectAsync(repository);
        scene.Kept.Add(point.PointId, changed);
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);

        Assert.False(late.TryHold(scene.Doomed.Disks[0]));
        await TestRepository.RefusalAsync("basis-missing", () => TestDisk.StoreAsync(repository, late, scene.DoomedDisk, scene.Doomed.Disks[0]));
        await TestRepository.RefusalAsync("point-invalid", () => late.CommitAsync(TestDisk.PointOf(default, default, scene.Doomed.Disks[0]), CancellationToken.None));
    }

    [Fact]
    public async Task A_map_that_another_session_built_and_never_committed_is_no_base_and_no_point()
    {
        await using var volume = new MemoryVolume();
        await using var repository = await TestRepository.CreateAsync(volume);
        await using var one = repository.BeginSession();
        await using var other = repository.BeginSession();
        var disk = await TestDisk.StoreAsync(repository, one, TestDisk.Content(1, 60));
        await TestRepository.RefusalAsync("basis-missing", () => TestDisk.StoreAsync(repository, other, TestDisk.Content(1, 60), disk));
        await TestRepository.RefusalAsync("point-invalid", () => other.CommitAsync(TestDisk.PointOf(default, default, disk), CancellationToken.None));
        await one.CommitAsync(TestDisk.PointOf(default, default, disk), CancellationToken.None);
        await TestDisk.StoreAsync(repository, other, TestDisk.Content(1, 60), disk);
    }

    [Fact]
    public async Task A_pack_with_a_damaged_record_that_is_needed_is_kept_and_named()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        // Of the doomed machine's first pack only the kept machine's few blocks are needed: hurt the first of them.
        var name = scene.Start.Names("data")[0];
        var bytes = scene.Start.BytesOf(name);
        bytes[PackFormat.HeaderSize + PackFormat.RecordHeaderSize] ^= 0x55;
        scene.Start.SetBytes(name, bytes);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        for (var round = 0; round < 2; round++)
        {
            var report = await CollectionScene.CollectAsync(repository);
            var finding = Assert.Single(report.Findings);
            Assert.Equal("block-damaged", finding.Code);
            Assert.Contains(name, finding.Message, StringComparison.Ordinal);
            Assert.Contains(name, scene.Start.Names("data"));
            // The whole records of that pack were moved once, and lie in it twice from then on; the second time only the damaged one is needed of it.
            Assert.Equal(bytes, scene.Start.BytesOf(name));
        }

        // A backup of the machine that holds the block heals it; then nothing keeps the pack any more.
        var mixed = scene.Kept.Values.Last();
        await Assert.ThrowsAsync<RepositoryException>(() => TestDisk.RestoreAsync(repository, repository.Points().Last(point => scene.Kept[point.PointId] == mixed).Disks[0]));
        await TestDisk.BackUpAsync(repository, mixed, vm: Guid.NewGuid());
        Assert.Empty((await CollectionScene.CollectAsync(repository)).Findings);
        Assert.DoesNotContain(name, scene.Start.Names("data"));
        foreach (var (id, disk) in scene.Kept) Assert.Equal(disk, await TestDisk.RestoreAsync(repository, repository.FindPoint(id)!.Disks[0]));
    }

    [Fact]
    public async Task While_a_map_node_cannot_be_read_nothing_is_dropped_and_the_point_can_be_given_up()
    {
        var scene = await CollectionScene.MakeAsync(delete: false);
        var hurt = scene.Start.Names("maps").Select(name => (Name: name, Bytes: scene.Start.BytesOf(name))).First();
        hurt.Bytes[PackFormat.HeaderSize + PackFormat.RecordHeaderSize + 40] ^= 1;
        scene.Start.SetBytes(hurt.Name, hurt.Bytes);
        await using var repository = await TestRepository.OpenAsync(scene.Start);
        var data = scene.Start.Names("data").ToHashSet();
        var refusal = await TestRepository.RefusalAsync("collection-blocked", () => CollectionScene.CollectAsync(repository));
        Assert.Contains("node", refusal.Message, StringComparison.Ordinal);
        Assert.Superset(data, scene.Start.Names("data").ToHashSet());
        // The first node put is the doomed machine's.
        await repository.DeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
        await TestRepository.RefusalAsync("collection-blocked", () => CollectionScene.CollectAsync(repository, new()));
        Assert.True((await CollectionScene.CollectAsync(repository)).PacksDropped > 0);
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
    }

    [Fact]
    public async Task A_damaged_index_page_costs_a_second_look_and_nothing_else()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        foreach (var name in scene.Start.Names("index"))
        {
            var bytes = scene.Start.BytesOf(name);
            bytes[100] ^= 1;
            scene.Start.SetBytes(name, bytes);
        }

        await using var repository = await TestRepository.OpenAsync(scene.Start);
        var report = await CollectionScene.CollectAsync(repository);
        Assert.True(report is { PacksDropped: > 0, BlocksMissing: 0, PointsPurged: 1 }, report.ToString());
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
        await CollectionScene.AssertCollectedAsync(repository);
    }

    [Fact]
    public async Task A_nearly_full_volume_is_emptied_step_by_step()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        var volume = scene.Start;
        volume.Capacity = volume.Names().Sum(name => (long)volume.BytesOf(name).Length) + (34 << 10);
        await using var repository = await TestRepository.OpenAsync(volume);
        var report = await CollectionScene.CollectAsync(repository);
        Assert.True(report is { PacksDropped: > 0, PacksRewritten: > 0, PacksWithoutRoom: 0 }, report.ToString());
        await TestRepository.AssertHoldsAsync(repository, scene.Kept);
        await CollectionScene.AssertCollectedAsync(repository);
        await using var again = await TestRepository.OpenAsync(volume.AfterKill());
        await TestRepository.AssertHoldsAsync(again, scene.Kept);
    }

    [Fact]
    public async Task One_collection_at_a_time_and_none_after_closing()
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        var volume = new PausingVolume(scene.Start);
        var repository = await TestRepository.OpenAsync(volume);
        volume.Arm(4, () => TestRepository.RefusalAsync("collection-running", () => CollectionScene.CollectAsync(repository)));
        await CollectionScene.CollectAsync(repository);
        Assert.True(volume.HasRun);
        await volume.Ran;
        await repository.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CollectionScene.CollectAsync(repository));
    }

    [Fact]
    public async Task Many_points_of_one_machine_cost_one_walk()
    {
        await using var volume = new MemoryVolume();
        var reads = 0;
        var counting = new FaultVolume(volume);
        await using var repository = await TestRepository.CreateAsync(counting);
        var disk = TestDisk.Content(5, 64 * 40);
        Points.Manifest? last = null;
        async Task<int> ReadsAsync(int points)
        {
            for (var i = 0; i < points; i++)
            {
                disk = disk.ToArray();
                disk[i * Cluster.Size] ^= 1;
                await using var session = repository.BeginSession();
                last = await session.CommitAsync(TestDisk.PointOf(Guid.Empty, default, await TestDisk.StoreAsync(repository, session, disk, last?.Disks[0])), CancellationToken.None);
            }

            reads = 0;
            counting.ReadFault = name =>
            {
                if (name.StartsWith("maps/", StringComparison.Ordinal)) Interlocked.Increment(ref reads);
                return null;
            };
            await CollectionScene.CollectAsync(repository, new(DryRun: true));
            counting.ReadFault = _ => null;
            return reads;
        }

        var one = await ReadsAsync(1);
        var many = await ReadsAsync(12);
        Assert.InRange(one, 30, 60);
        // Each further point has a root and one leaf of its own.
        Assert.InRange(many, one, one + 12 * 3);
    }

    private static long PackBytes(MemoryVolume volume) => volume.Names().Where(name => name.EndsWith(".pack", StringComparison.Ordinal)).Sum(name => (long)volume.BytesOf(name).Length);
}
