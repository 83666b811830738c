using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Collection;

/// <summary>
/// Goal: whatever a session or a reader does while a collection runs, what it was promised holds.
/// Method: the collection is interrupted before each of its operations on the volume in turn; there the other does its part. Then everything is restored, in the same
/// process, after reopening what a kill left, and after another collection.
/// </summary>
public sealed class BesideTests
{
    private const int OperationsMin = 25;

    [Fact]
    public async Task A_session_that_was_told_stored_before_commits_at_any_moment() => await AtEveryOperationAsync(
        async scene =>
        {
            var session = scene.Repository.BeginSession();
            var disk = await TestDisk.StoreAsync(scene.Repository, session, scene.Scene.DoomedDisk);
            Assert.Equal(0, session.NewBytes);
            return async () =>
            {
                await scene.CommitAsync(session, scene.Scene.DoomedDisk, disk);
                await session.DisposeAsync();
            };
        });

    [Fact]
    public async Task A_session_that_begins_at_any_moment_with_blocks_that_are_going_gets_its_point() => await AtEveryOperationAsync(
        scene => Task.FromResult<Func<Task>>(async () =>
        {
            await using var session = scene.Repository.BeginSession();
            await scene.CommitAsync(session, scene.Scene.DoomedDisk, await TestDisk.StoreAsync(scene.Repository, session, scene.Scene.DoomedDisk));
        }));

    [Fact]
    public async Task A_session_that_is_asked_before_and_builds_its_map_at_any_moment_on_the_doomed_map_gets_its_point() => await AtEveryOperationAsync(
        async scene =>
        {
            var session = scene.Repository.BeginSession();
            Assert.True(session.TryHold(scene.Scene.Doomed.Disks[0]));
            var changed = TestRepository.Changed(scene.Scene.DoomedDisk, new Random(3));
            foreach (var block in TestDisk.Blocks(scene.Repository, changed).Where(block => !block.Id.IsZero).Take(5)) Assert.IsType<bool>(TestDisk.IsLacking(session, block.Id));
            return async () =>
            {
                await scene.CommitAsync(session, changed, await TestDisk.StoreAsync(scene.Repository, session, changed, scene.Scene.Doomed.Disks[0]));
                await session.DisposeAsync();
            };
        });

    [Fact]
    public async Task A_session_that_builds_on_the_doomed_map_at_any_moment_gets_its_point_or_is_told_that_the_map_is_gone() => await AtEveryOperationAsync(
        scene => Task.FromResult<Func<Task>>(async () =>
        {
            await using var session = scene.Repository.BeginSession();
            var changed = TestRepository.Changed(scene.Scene.DoomedDisk, new Random(4));
            try
            {
                await scene.CommitAsync(session, changed, await TestDisk.StoreAsync(scene.Repository, session, changed, scene.Scene.Doomed.Disks[0]));
            }
            catch (RepositoryException gone) when (gone.Code == "basis-missing")
            {
                await scene.CommitAsync(session, changed, await TestDisk.StoreAsync(scene.Repository, session, changed));
            }
        }));

    [Fact]
    public async Task Restores_at_any_moment_are_right_and_report_no_damage() => await AtEveryOperationAsync(
        scene =>
        {
            var lease = scene.Repository.HoldPoint(scene.Scene.Doomed.PointId);
            return Task.FromResult<Func<Task>>(async () =>
            {
                foreach (var (id, disk) in scene.Scene.Kept) Assert.Equal(disk, await TestDisk.RestoreAsync(scene.Repository, scene.Repository.FindPoint(id)!.Disks[0]));
                Assert.Equal(scene.Scene.DoomedDisk, await TestDisk.RestoreAsync(scene.Repository, lease.Point.Disks[0]));
                lease.Dispose();
            });
        });

    [Fact]
    public async Task Points_are_undeleted_at_any_moment_or_it_is_told_that_they_were_purged() => await AtEveryOperationAsync(
        scene => Task.FromResult<Func<Task>>(async () =>
        {
            try
            {
                await scene.Repository.UndeletePointAsync(scene.Scene.Doomed.PointId, CancellationToken.None);
                scene.Expected.Add(scene.Scene.Doomed.PointId, scene.Scene.DoomedDisk);
            }
            catch (RepositoryException gone) when (gone.Code == "point-not-in-trash")
            {
                Assert.Empty(scene.Repository.Trash());
            }
        }));

    private static async Task AtEveryOperationAsync(Func<Running, Task<Func<Task>>> begin)
    {
        var scene = await CollectionScene.MakeAsync(delete: true);
        for (var operation = 1; ; operation++)
        {
            var memory = scene.Start.AfterKill();
            var volume = new PausingVolume(memory);
            bool hasRun;
            Dictionary<Guid, byte[]> expected;
            await using (var repository = await TestRepository.OpenAsync(volume))
            {
                var running = new Running(repository, scene);
                var act = await begin(running);
                volume.Arm(operation, act);
                await CollectionScene.CollectAsync(repository);
                hasRun = volume.HasRun;
                await (hasRun ? volume.Ran : act());
                expected = running.Expected;
                await TestRepository.AssertHoldsAsync(repository, expected);
                Assert.Empty(repository.Findings());
                if (operation % 4 == 0)
                {
                    await CollectionScene.CollectAsync(repository);
                    await TestRepository.AssertHoldsAsync(repository, expected);
                }
            }

            await using (var reopened = await TestRepository.OpenAsync(operation % 2 == 0 ? memory : memory.AfterKill())) await TestRepository.AssertHoldsAsync(reopened, expected);
            if (hasRun) continue;
            Assert.InRange(operation, OperationsMin, 2000);
            return;
        }
    }

    private sealed class Running(Repository repository, CollectionScene scene)
    {
        public Repository Repository => repository;

        public CollectionScene Scene => scene;

        public Dictionary<Guid, byte[]> Expected { get; } = new(scene.Kept);

        public async Task CommitAsync(StoreSession session, byte[] bytes, ManifestDisk disk)
        {
            var point = await session.CommitAsync(TestDisk.PointOf(Guid.NewGuid(), default, disk), CancellationToken.None);
            Expected.Add(point.PointId, bytes);
        }
    }
}
