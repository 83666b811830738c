using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Repositories;

public class RoundTripTests
{
    [Fact]
    public async Task A_disk_that_was_backed_up_restores_byte_for_byte_at_once_and_after_reopening()
    {
        var volume = new MemoryVolume();
        var disk = TestDisk.Content(1, 300);
        Guid point;
        await using (var repository = await TestRepository.CreateAsync(volume))
        {
            point = (await TestDisk.BackUpAsync(repository, disk)).PointId;
            await TestRepository.AssertHoldsAsync(repository, new Dictionary<Guid, byte[]> { [point] = disk });
        }

        await using var again = await TestRepository.OpenAsync(volume);
        await TestRepository.AssertHoldsAsync(again, new Dictionary<Guid, byte[]> { [point] = disk });
        Assert.Empty(again.Findings());
    }

    [Fact]
    public async Task The_second_backup_of_an_unchanged_disk_stores_no_block_and_has_the_same_root()
    {
        var volume = new MemoryVolume();
        await using var repository = await TestRepository.CreateAsync(volume);
        var disk = TestDisk.Content(2, 300);
        var first = await TestDisk.BackUpAsync(repository, disk);
        var before = repository.Usage().Blocks;
        var second = await TestDisk.BackUpAsync(repository, disk, basis: first.Disks[0]);
        Assert.Equal(0, second.NewBytes);
        Assert.Equal(first.Disks[0].Root, second.Disks[0].Root);
        Assert.Equal(before, repository.Usage().Blocks);
        Assert.Equal(2, repository.Usage().Points);
    }
}
