using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Damage;

public sealed class CollectionFullTests
{
    [Fact]
    public async Task Whichever_write_of_deleting_and_collecting_finds_the_disk_full_nothing_is_lost_and_it_goes_on_when_there_is_room()
    {
        var scene = await CollectionScene.MakeAsync(delete: false);
        for (var write = 1; ; write++)
        {
            var volume = scene.Start.AfterKill();
            var fault = new FaultVolume(volume);
            await using var repository = await TestRepository.OpenAsync(fault);
            var steps = fault.Steps;
            fault.FullFrom = steps + write;
            var isWhole = false;
            try
            {
                await repository.DeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
                isWhole = (await CollectionScene.CollectAsync(repository)).PacksWithoutRoom == 0;
            }
            catch (RepositoryException full) when (full.Code == "repository-full")
            {
                // Told so; what stands is checked below.
            }

            steps = fault.Steps - steps;
            await CheckAsync(repository, scene);
            await using (var cut = await TestRepository.OpenAsync(volume.AfterPowerCut(new Random(write)))) await CheckAsync(cut, scene);
            fault.FullFrom = int.MaxValue;
            if (repository.FindPoint(scene.Doomed.PointId) is not null) await repository.DeletePointAsync(scene.Doomed.PointId, CancellationToken.None);
            await CollectionScene.CollectAsync(repository);
            await TestRepository.AssertHoldsAsync(repository, scene.Kept);
            await CollectionScene.AssertCollectedAsync(repository);
            if (write <= steps) continue;
            Assert.True(isWhole);
            Assert.InRange(write, 20, 1000);
            return;
        }
    }

    private static async Task CheckAsync(Repository repository, CollectionScene scene)
    {
        var expected = new Dictionary<Guid, byte[]>(scene.Kept);
        if (repository.FindPoint(scene.Doomed.PointId) is not null) expected.Add(scene.Doomed.PointId, scene.DoomedDisk);
        await TestRepository.AssertHoldsAsync(repository, expected);
        foreach (var trashed in repository.Trash()) Assert.Equal(scene.DoomedDisk, await TestDisk.RestoreAsync(repository, trashed.Point.Disks[0]));
    }
}
