using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Crash;

/// <summary>
/// Goal: whatever step of deleting, undeleting, purging, rewriting, index rewriting or dropping is the last one, the reopened repository holds every kept point byte for
/// byte, the moved point is in exactly one place and whole until it is purged, and a second collection finishes the work.
/// Method: as in <see cref="CrashTests"/>, each step in turn is the last.
/// </summary>
public sealed class CollectionCrashTests
{
    private const int StepsMin = 20;

    [Fact]
    public async Task After_a_killed_process_the_point_is_in_one_place_and_what_is_kept_is_whole() =>
        await AtEveryStepAsync((volume, _) => volume.AfterKill());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_a_power_cut_the_point_is_in_one_place_and_what_is_kept_is_whole(int seed) =>
        await AtEveryStepAsync((volume, step) => volume.AfterPowerCut(new Random(seed * 1000 + step)));

    [Fact]
    public async Task What_was_shown_after_a_kill_stays_so_after_a_power_cut()
    {
        var scene = await CollectionScene.MakeAsync(delete: false);
        for (var step = 1; ; step++)
        {
            var volume = scene.Start.AfterKill();
            var died = await DiesAsync(() => new Attempt(scene).RunAsync(new FaultVolume(volume) { DieAt = step }));
            var killed = volume.AfterKill();
            var seen = await ShownAsync(await TestRepository.OpenAsync(killed), scene);
            for (var seed = 0; seed < 2; seed++)
            {
                await using var again = await TestRepository.OpenAsync(killed.AfterPowerCut(new Random(step * 10 + seed)));
                Assert.Equal(seen, await ShownAsync(again, scene));
            }

            if (died) continue;
            Assert.InRange(step, StepsMin, 1000);
            return;
        }
    }

    private static async Task AtEveryStepAsync(Func<MemoryVolume, int, MemoryVolume> crash)
    {
        var scene = await CollectionScene.MakeAsync(delete: false);
        for (var step = 1; ; step++)
        {
            var volume = scene.Start.AfterKill();
            var attempt = new Attempt(scene);
            var died = await DiesAsync(() => attempt.RunAsync(new FaultVolume(volume) { DieAt = step }));
            await CheckAsync(crash(volume, step), scene, attempt);
            if (died) continue;
            Assert.InRange(step, StepsMin, 1000);
            return;
        }
    }

    private static async Task CheckAsync(MemoryVolume survived, CollectionScene scene, Attempt attempt)
    {
        await using (var repository = await TestRepository.OpenAsync(survived))
        {
            var place = await ShownAsync(repository, scene);
            Assert.Contains(place, attempt.Allowed);
            if (place == Place.Visible) await repository.DeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
            await CollectionScene.CollectAsync(repository);
            Assert.Empty(repository.Trash());
            await TestRepository.AssertHoldsAsync(repository, scene.Kept);
            await CollectionScene.AssertCollectedAsync(repository);
        }

        await using var last = await TestRepository.OpenAsync(survived);
        await TestRepository.AssertHoldsAsync(last, scene.Kept);
        Assert.Empty(last.Trash());
        Assert.Empty(survived.Names("trash"));
        Assert.Empty(last.Findings());
    }

    /// <summary>Where the doomed point is, having checked that it is whole there, and that the others are.</summary>
    private static async Task<Place> ShownAsync(Repository repository, CollectionScene scene)
    {
        var isVisible = repository.FindPoint(scene.Doomed.PointId) is not null;
        var isInTrash = repository.Trash().Any(trashed => trashed.Point.PointId == scene.Doomed.PointId);
        Assert.False(isVisible && isInTrash);
        var expected = new Dictionary<Guid, byte[]>(scene.Kept);
        if (isVisible) expected.Add(scene.Doomed.PointId, scene.DoomedDisk);
        await TestRepository.AssertHoldsAsync(repository, expected);
        if (isInTrash) Assert.Equal(scene.DoomedDisk, await TestDisk.RestoreAsync(repository, repository.Trash()[0].Point.Disks[0]));
        return isVisible ? Place.Visible : isInTrash ? Place.Trashed : Place.Purged;
    }

    private static async Task<bool> DiesAsync(Func<Task> work)
    {
        try
        {
            await work();
            return false;
        }
        catch (IOException died) when (Causes(died).OfType<VolumeDiedException>().Any())
        {
            return true;
        }
    }

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException) yield return exception;
    }

    private enum Place
    {
        Visible,
        Trashed,
        Purged,
    }

    private sealed class Attempt(CollectionScene scene)
    {
        /// <summary>Where the point may be if everything ends now: where the last ended step put it, or where the one under way does.</summary>
        public Place[] Allowed { get; private set; } = [Place.Visible];

        public async Task RunAsync(FaultVolume volume)
        {
            var repository = await TestRepository.OpenAsync(volume);
            Allowed = [Place.Visible, Place.Trashed];
            await repository.DeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
            Allowed = [Place.Trashed, Place.Visible];
            await repository.UndeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
            Allowed = [Place.Visible, Place.Trashed];
            await repository.DeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
            Allowed = [Place.Trashed];
            await CollectionScene.CollectAsync(repository, new());
            Allowed = [Place.Trashed, Place.Purged];
            await CollectionScene.CollectAsync(repository);
            Allowed = [Place.Purged];
            await repository.DisposeAsync();
        }
    }
}
