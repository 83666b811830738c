using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Damage;

public class FullTests
{
    [Fact]
    public async Task Whichever_write_finds_the_disk_full_says_so_and_the_same_session_goes_on_when_there_is_room()
    {
        var start = new MemoryVolume();
        await (await TestRepository.CreateAsync(start)).DisposeAsync();
        var disk = TestDisk.Content(31, 120);
        for (var write = 1; ; write++)
        {
            var volume = start.AfterKill();
            var fault = new FaultVolume(volume);
            await using var repository = await TestRepository.OpenAsync(fault);
            await using var session = repository.BeginSession();
            fault.FullFrom = fault.Steps + write;
            var refused = false;
            try
            {
                await session.CommitAsync(TestDisk.PointOf(default, default, await TestDisk.StoreAsync(repository, session, disk)), CancellationToken.None);
            }
            catch (RepositoryException full) when (full.Code == "repository-full")
            {
                refused = true;
                Assert.Empty(repository.Points());
            }

            fault.FullFrom = int.MaxValue;
            var point = refused
                ? await session.CommitAsync(TestDisk.PointOf(default, default, await TestDisk.StoreAsync(repository, session, disk)), CancellationToken.None)
                : Assert.Single(repository.Points());
            var expected = new Dictionary<Guid, byte[]> { [point.PointId] = disk };
            await TestRepository.AssertHoldsAsync(repository, expected);
            await using (var reopened = await TestRepository.OpenAsync(volume.AfterPowerCut(new Random(write)))) await TestRepository.AssertHoldsAsync(reopened, expected);
            if (refused) continue;
            Assert.InRange(write, 10, 1000);
            return;
        }
    }

    [Fact]
    public async Task Blocks_stop_before_the_reserve_and_what_is_stored_can_still_be_committed()
    {
        var volume = new MemoryVolume(capacity: 400 << 10);
        await using var repository = await TestRepository.CreateAsync(volume);
        await using var session = repository.BeginSession();
        var small = await TestDisk.StoreAsync(repository, session, TestDisk.Content(32, 20));
        var refusal = await TestRepository.RefusalAsync("repository-full", () => TestDisk.StoreAsync(repository, session, TestDisk.Content(33, 200)));
        Assert.Contains("reserve", refusal.Message, StringComparison.Ordinal);
        await session.CommitAsync(TestDisk.PointOf(default, default, small), CancellationToken.None);
        Assert.True(volume.FreeBytes() > 0);

        volume.Capacity = 4 << 20;
        var disk = TestDisk.Content(33, 200);
        var before = session.NewBytes;
        var point = await session.CommitAsync(TestDisk.PointOf(Guid.NewGuid(), default, await TestDisk.StoreAsync(repository, session, disk)), CancellationToken.None);
        Assert.Equal(disk, await TestDisk.RestoreAsync(repository, point.Disks[0]));
        Assert.True(session.NewBytes - before < TestRepository.ContentOf(repository, disk) / 2, "What was stored before the volume was full was stored again.");
    }

    [Fact]
    public async Task A_full_volume_opens_so_that_it_can_be_read_and_made_roomier()
    {
        var volume = new MemoryVolume();
        var disk = TestDisk.Content(34, 120);
        var repository = await TestRepository.CreateAsync(volume);
        var point = await TestDisk.BackUpAsync(repository, disk);
        var after = volume.AfterKill();
        after.Capacity = after.Names().Sum(name => (long)after.BytesOf(name).Length) + 1024;
        await using var full = await TestRepository.OpenAsync(after);
        await TestRepository.AssertHoldsAsync(full, new Dictionary<Guid, byte[]> { [point.PointId] = disk });
    }

    [Fact]
    public async Task After_a_failed_flush_nothing_is_committed_until_the_repository_was_opened_again()
    {
        var volume = new MemoryVolume();
        var fault = new FaultVolume(volume);
        var repository = await TestRepository.CreateAsync(fault);
        var disk = TestDisk.Content(35, 40);
        fault.FlushFault = name => name.StartsWith("data/", StringComparison.Ordinal) ? new IOException("Input/output error") : null;
        await TestRepository.RefusalAsync("repository-write-failed", () => TestDisk.BackUpAsync(repository, disk));
        fault.FlushFault = _ => null;
        // An operating system may report the next flush as a success although the bytes are gone.
        await TestRepository.RefusalAsync("repository-write-failed", () => TestDisk.BackUpAsync(repository, disk));
        Assert.Empty(repository.Points());
        await Assert.ThrowsAsync<RepositoryException>(async () => await repository.DisposeAsync());
        await using var again = await TestRepository.OpenAsync(volume);
        var point = await TestDisk.BackUpAsync(again, disk);
        await TestRepository.AssertHoldsAsync(again, new Dictionary<Guid, byte[]> { [point.PointId] = disk });
    }
}
