using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;
using BackupFabric.BlockStore.Trash;

namespace BackupFabric.BlockStore.Tests.Trash;

public sealed class TrashTests
{
    private static readonly byte[] Disk = TestDisk.Content(1, 60);

    /// <summary>Where the time begins in "trash/{id}-{time}-{proof}.point".</summary>
    private const int TimeAt = 6 + 32 + 1;

    private readonly TestClock _clock = new();

    [Fact]
    public async Task A_deleted_point_is_in_the_trash_with_its_time_and_comes_back_whole_also_after_reopening()
    {
        var volume = new MemoryVolume();
        await (await TestRepository.CreateAsync(volume)).DisposeAsync();
        Manifest point;
        await using (var repository = await OpenAsync(volume))
        {
            point = await TestDisk.BackUpAsync(repository, Disk);
            var trashed = await repository.DeletePointAsync(point.PointId, CancellationToken.None);
            Assert.Equal(_clock.Now, trashed.DeletedAt);
            AssertInTrash(repository, point, _clock.Now);
        }

        var deletedAt = _clock.Now;
        _clock.Now += TimeSpan.FromDays(3);
        await using (var repository = await OpenAsync(volume))
        {
            AssertInTrash(repository, point, deletedAt);
            await TestRepository.RefusalAsync("point-missing", () => repository.DeletePointAsync(point.PointId, CancellationToken.None));
            Assert.Equal(point.PointId, (await repository.UndeletePointAsync(point.PointId, CancellationToken.None)).PointId);
            await TestRepository.AssertHoldsAsync(repository, new Dictionary<Guid, byte[]> { [point.PointId] = Disk });
            Assert.Empty(repository.Trash());
            await TestRepository.RefusalAsync("point-not-in-trash", () => repository.UndeletePointAsync(point.PointId, CancellationToken.None));
        }

        await using var last = await OpenAsync(volume);
        await TestRepository.AssertHoldsAsync(last, new Dictionary<Guid, byte[]> { [point.PointId] = Disk });
        Assert.Empty(volume.Names("trash"));
    }

    [Fact]
    public async Task Only_what_was_deleted_long_enough_ago_is_purged_by_age()
    {
        await using var volume = new MemoryVolume();
        await (await TestRepository.CreateAsync(volume)).DisposeAsync();
        await using var repository = await OpenAsync(volume);
        var old = await TestDisk.BackUpAsync(repository, Disk);
        var young = await TestDisk.BackUpAsync(repository, TestDisk.Content(2, 60), vm: Guid.NewGuid());
        await repository.DeletePointAsync(old.PointId, CancellationToken.None);
        _clock.Now += TimeSpan.FromDays(2);
        await repository.DeletePointAsync(young.PointId, CancellationToken.None);

        var week = new CollectionOptions(EmptyTrashOlderThan: TimeSpan.FromDays(7));
        Assert.Equal(0, (await CollectionScene.CollectAsync(repository, week)).PointsPurged);
        Assert.Equal(0, (await CollectionScene.CollectAsync(repository, new CollectionOptions())).PointsPurged);
        _clock.Now += TimeSpan.FromDays(5);
        Assert.Equal(1, (await CollectionScene.CollectAsync(repository, week)).PointsPurged);
        Assert.Equal(young.PointId, Assert.Single(repository.Trash()).Point.PointId);
        // A clock that was put back makes nothing older; and all of it is all of it, whatever the clock says.
        _clock.Now -= TimeSpan.FromDays(100);
        Assert.Equal(0, (await CollectionScene.CollectAsync(repository, week)).PointsPurged);
        Assert.Equal(1, (await CollectionScene.CollectAsync(repository)).PointsPurged);
        Assert.Empty(repository.Trash());
        await TestRepository.RefusalAsync("point-not-in-trash", () => repository.UndeletePointAsync(young.PointId, CancellationToken.None));
    }

    [Theory]
    [InlineData("time")]
    [InlineData("proof")]
    [InlineData("everything")]
    public async Task A_deletion_time_that_was_forged_or_lost_is_never_old_enough(string what)
    {
        var volume = new MemoryVolume();
        Manifest point;
        await using (var repository = await TestRepository.CreateAsync(volume))
        {
            point = await TestDisk.BackUpAsync(repository, Disk);
            await repository.DeletePointAsync(point.PointId, CancellationToken.None);
        }

        var name = Assert.Single(volume.Names("trash"));
        var forged = what switch
        {
            "time" => name.Remove(TimeAt + 6, 2).Insert(TimeAt + 6, "00"),
            "proof" => name[..^7] + (name[^7] == '0' ? '1' : '0') + ".point",
            _ => $"trash/{point.PointId:N}.point",
        };
        Assert.NotEqual(name, forged);
        await volume.RenameAsync(name, forged, CancellationToken.None);
        _clock.Now = DateTimeOffset.UtcNow.AddYears(200);
        await using var again = await OpenAsync(volume);
        Assert.Equal(TrashedPoint.UnknownTime, Assert.Single(again.Trash()).DeletedAt);
        Assert.Equal(0, (await CollectionScene.CollectAsync(again, new(EmptyTrashOlderThan: TimeSpan.FromDays(1)))).PointsPurged);
        Assert.Equal(Disk, await TestDisk.RestoreAsync(again, again.Trash()[0].Point.Disks[0]));
        await again.UndeletePointAsync(point.PointId, CancellationToken.None);
        await TestRepository.AssertHoldsAsync(again, new Dictionary<Guid, byte[]> { [point.PointId] = Disk });
        Assert.Empty(volume.Names("trash"));
    }

    [Theory]
    [InlineData("points")]
    [InlineData("trash")]
    public async Task While_a_manifest_is_damaged_nothing_is_purged_or_dropped(string folder)
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        var name = scene.Start.Names(folder)[0];
        var bytes = scene.Start.BytesOf(name);
        var whole = bytes.ToArray();
        bytes[^1] ^= 1;
        scene.Start.SetBytes(name, bytes);
        await using (var repository = await TestRepository.OpenAsync(scene.Start))
        {
            var before = scene.Start.Names();
            var refusal = await TestRepository.RefusalAsync("collection-blocked", () => CollectionScene.CollectAsync(repository));
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
            Assert.Subset(scene.Start.Names().ToHashSet(), before.ToHashSet());
        }

        scene.Start.SetBytes(name, whole);
        await using var mended = await TestRepository.OpenAsync(scene.Start);
        await TestRepository.AssertHoldsAsync(mended, scene.Kept);
        Assert.Equal(1, (await CollectionScene.CollectAsync(mended)).PointsPurged);
        await TestRepository.AssertHoldsAsync(mended, scene.Kept);
    }

    [Fact]
    public async Task A_commit_that_its_job_repeats_after_the_point_was_deleted_brings_nothing_back()
    {
        await using var volume = new MemoryVolume();
        await using var repository = await TestRepository.CreateAsync(volume);
        await using var session = repository.BeginSession();
        var manifest = TestDisk.PointOf(Guid.NewGuid(), default, await TestDisk.StoreAsync(repository, session, Disk));
        await session.CommitAsync(manifest, CancellationToken.None);
        await repository.DeletePointAsync(manifest.PointId, CancellationToken.None);
        await TestRepository.RefusalAsync("point-deleted", () => session.CommitAsync(manifest, CancellationToken.None));
        await TestRepository.RefusalAsync("point-deleted", () => session.CommitAsync(manifest with { PointId = Guid.NewGuid() }, CancellationToken.None));
        await TestRepository.RefusalAsync("point-exists", () => session.CommitAsync(manifest with { JobId = Guid.NewGuid() }, CancellationToken.None));
        Assert.Empty(repository.Points());
        await repository.UndeletePointAsync(manifest.PointId, CancellationToken.None);
        Assert.Equal(manifest.PointId, (await session.CommitAsync(manifest with { PointId = Guid.NewGuid() }, CancellationToken.None)).PointId);
    }

    [Fact]
    public async Task On_a_volume_without_a_byte_left_points_are_deleted_and_their_space_is_given_back()
    {
        var scene = await CollectionScene.MakeAsync(delete: false);
        var volume = scene.Start;
        await using (var repository = await TestRepository.OpenAsync(volume))
        {
            volume.Capacity = volume.Names().Sum(name => (long)volume.BytesOf(name).Length);
            Assert.Equal(0, volume.FreeBytes());
            await repository.DeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
            Assert.True((await CollectionScene.CollectAsync(repository)).PacksDropped > 0);
            Assert.True(volume.FreeBytes() > 0);
            await TestRepository.AssertHoldsAsync(repository, scene.Kept);
        }

        await using var again = await TestRepository.OpenAsync(volume);
        await TestRepository.AssertHoldsAsync(again, scene.Kept);
        Assert.Empty(again.Trash());
    }

    private static void AssertInTrash(Repository repository, Manifest point, DateTimeOffset deletedAt)
    {
        Assert.Empty(repository.Points());
        Assert.Null(repository.FindPoint(point.PointId));
        var trashed = Assert.Single(repository.Trash());
        Assert.Equal((point.PointId, deletedAt), (trashed.Point.PointId, trashed.DeletedAt));
        Assert.Equal((0, 1), (repository.Usage().Points, repository.Usage().TrashedPoints));
    }

    private Task<Repository> OpenAsync(MemoryVolume volume) => TestRepository.OpenAsync(volume, time: _clock);
}
