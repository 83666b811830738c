using System.Collections.Concurrent;
using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Collection;

/// <summary>Two machines that are backed up, a collection and a verification that run over and over, and restores, all at the same time, give the same repository as one after the other.</summary>
public sealed class TogetherTests
{
    private const int Generations = 6;
    private const int Kept = 2;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("BF_SOAK") == "1" ? 200 : 4;

    [Fact]
    public async Task Imports_collections_verifications_and_restores_at_once_give_what_they_give_one_after_the_other()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await using var memory = new MemoryVolume();
            await CompareAsync(memory, round);
        }
    }

    [Fact]
    public async Task The_same_in_a_real_folder()
    {
        using var folder = new TestFolder();
        await CompareAsync(new LocalVolume(folder.Path), seed: 99);
    }

    private static async Task CompareAsync(IVolume volume, int seed)
    {
        await using var alone = new MemoryVolume();
        var (points, live) = await RunAsync(alone, seed, atOnce: false);
        var (pointsTogether, liveTogether) = await RunAsync(volume, seed, atOnce: true);
        Assert.Equal(points, pointsTogether);
        Assert.Equal(live, liveTogether);
    }

    /// <summary>The names of the points that are left, and what they need.</summary>
    private static async Task<(string[] Points, long Live)> RunAsync(IVolume volume, int seed, bool atOnce)
    {
        var disks = new ConcurrentDictionary<Guid, byte[]>();
        CollectionReport last;
        await using (var repository = await TestRepository.CreateAsync(volume))
        {
            Func<Task>[] works = [() => ImportAsync(repository, 1, seed, disks), () => ImportAsync(repository, 2, seed, disks)];
            if (atOnce)
            {
                using var done = new CancellationTokenSource();
                var others = new[] { CollectAsync(repository, done.Token), VerifyAsync(repository, done.Token), RestoreAsync(repository, disks, done.Token) };
                await Task.WhenAll(works.Select(work => Task.Run(work)));
                await done.CancelAsync();
                await Task.WhenAll(others);
            }
            else
            {
                foreach (var work in works) await work();
            }

            last = await CollectionScene.CollectAsync(repository, new(EmptyTrashOlderThan: TimeSpan.Zero, ThinShare: 1));
            Assert.Equal((0L, 0L, 0), (last.BlocksMissing, last.DeadBytesLeft, last.PacksHeld));
            Assert.Empty(last.Findings);
            await AssertAsync(repository, disks);
        }

        await using var again = await TestRepository.OpenAsync(volume);
        await AssertAsync(again, disks);
        return ([.. again.Points().Select(point => point.VmName).Order()], last.LiveBytes);
    }

    private static async Task ImportAsync(Repository repository, int machine, int seed, ConcurrentDictionary<Guid, byte[]> disks)
    {
        var random = new Random(1000 * seed + machine);
        // Both machines have most in common.
        var disk = TestDisk.Content(seed, 70);
        var points = new Queue<Guid>();
        Points.ManifestDisk? basis = null;
        for (var generation = 0; generation < Generations; generation++)
        {
            disk = TestRepository.Changed(disk, random);
            await using var session = repository.BeginSession();
            basis = await TestDisk.StoreAsync(repository, session, disk, basis);
            var point = TestDisk.PointOf(new(machine, 0, 0, new byte[8]), default, basis) with { VmName = $"{machine}-{generation}" };
            disks[point.PointId] = disk;
            await session.CommitAsync(point, CancellationToken.None);
            points.Enqueue(point.PointId);
            if (points.Count > Kept) await repository.DeletePointAsync(points.Dequeue(), CancellationToken.None);
        }
    }

    private static Task CollectAsync(Repository repository, CancellationToken done) => Task.Run(async () =>
    {
        while (!done.IsCancellationRequested) Assert.Equal(0, (await CollectionScene.CollectAsync(repository)).BlocksMissing);
    }, CancellationToken.None);

    private static Task VerifyAsync(Repository repository, CancellationToken done) => Task.Run(async () =>
    {
        while (!done.IsCancellationRequested)
        {
            var report = await repository.VerifyAsync(new(Workers: 1), null, CancellationToken.None);
            Assert.Empty(report.Findings);
            Assert.Empty(report.PointsHurt);
        }
    }, CancellationToken.None);

    private static Task RestoreAsync(Repository repository, ConcurrentDictionary<Guid, byte[]> disks, CancellationToken done) => Task.Run(async () =>
    {
        while (!done.IsCancellationRequested)
        {
            foreach (var point in repository.Points())
            {
                try
                {
                    using var lease = repository.HoldPoint(point.PointId);
                    Assert.Equal(disks[point.PointId], await TestDisk.RestoreAsync(repository, lease.Point.Disks[0]));
                }
                catch (RepositoryException purged) when (purged.Code == "point-missing")
                {
                    // Deleted and purged since the list was made.
                }
            }

            await Task.Yield();
        }
    }, CancellationToken.None);

    private static async Task AssertAsync(Repository repository, ConcurrentDictionary<Guid, byte[]> disks)
    {
        Assert.Equal(2 * Kept, repository.Points().Count);
        Assert.Empty(repository.Findings());
        foreach (var point in repository.Points()) Assert.Equal(disks[point.PointId], await TestDisk.RestoreAsync(repository, point.Disks[0]));
    }
}
