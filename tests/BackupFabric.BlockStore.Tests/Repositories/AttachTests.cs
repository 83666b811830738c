using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;
using BackupFabric.BlockStore.Verification;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Repositories;

/// <summary>A repository is its folder: a copy of it is a repository, also when it was copied while it grew. And reading without owning changes nothing.</summary>
public sealed class AttachTests
{
    [Fact]
    public async Task A_folder_copied_to_another_place_opens_there_and_holds_everything()
    {
        using TestFolder from = new(), to = new();
        var disks = new Dictionary<Guid, byte[]>();
        await using (var repository = await TestRepository.CreateAsync(new LocalVolume(from.Path)))
        {
            for (var seed = 0; seed < 3; seed++)
            {
                var disk = TestDisk.Content(50 + seed, 80);
                disks.Add((await TestDisk.BackUpAsync(repository, disk, Guid.NewGuid())).PointId, disk);
            }

            await repository.VerifyAsync(new(), null, CancellationToken.None);
        }

        foreach (var file in Directory.EnumerateFiles(from.Path, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to.Path, Path.GetRelativePath(from.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        await using var original = await TestRepository.OpenAsync(new LocalVolume(from.Path));
        await using var copy = await TestRepository.OpenAsync(new LocalVolume(to.Path));
        Assert.Empty(copy.Findings());
        await TestRepository.AssertHoldsAsync(copy, disks);
        var another = TestDisk.Content(60, 80);
        disks.Add((await TestDisk.BackUpAsync(copy, another, Guid.NewGuid())).PointId, another);
        await TestRepository.AssertHoldsAsync(copy, disks);
        Assert.Equal(4, (await copy.VerifyAsync(new(), null, CancellationToken.None)).PointsProven.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_folder_copied_file_by_file_during_an_import_holds_every_point_that_was_committed_when_the_copy_began(int seed)
    {
        var random = new Random(seed);
        var volume = new MemoryVolume();
        var disks = new Dictionary<Guid, byte[]>();
        await using var repository = await TestRepository.CreateAsync(volume);
        for (var i = 0; i < 3; i++) await BackUpAsync(repository, disks, (seed * 100) + i);
        var committed = new Dictionary<Guid, byte[]>(disks);

        var copy = new MemoryVolume();
        await using var session = repository.BeginSession();
        var growing = TestDisk.Blocks(repository, TestDisk.Content(seed * 1000, 400)).Where(block => !block.Id.IsZero).ToArray();
        var at = 0;
        // In any order, as a copying program lists them; the import goes on between any two files, and points are committed.
        var names = volume.Names().ToArray();
        random.Shuffle(names);
        foreach (var name in names)
        {
            for (var more = random.Next(12); more > 0 && at < growing.Length; more--) await TestDisk.PutAsync(session, growing[at++]);
            if (random.Next(6) == 0) await BackUpAsync(repository, disks, (seed * 100) + 10 + at);
            // Runs may have been merged away; packs and points never go without a collection.
            if (volume.Names().Contains(name)) copy.SetBytes(name, volume.BytesOf(name));
        }

        await using var attached = await TestRepository.OpenAsync(copy);
        foreach (var (id, disk) in committed) Assert.Equal(disk, await TestDisk.RestoreAsync(attached, attached.FindPoint(id)!.Disks[0]));
        var report = await attached.VerifyAsync(new(), null, CancellationToken.None);
        Assert.DoesNotContain(report.PointsHurt, hurt => committed.ContainsKey(hurt.PointId));
        await BackUpAsync(attached, committed, seed * 100 + 99);
        await TestRepository.AssertHoldsAsync(attached, committed);
    }

    [Fact]
    public async Task Reading_beside_the_owner_needs_no_lock_and_changes_nothing()
    {
        var volume = new MemoryVolume();
        var disks = new Dictionary<Guid, byte[]>();
        await using (var first = await TestRepository.CreateAsync(volume))
        {
            for (var seed = 70; seed < 73; seed++) await BackUpAsync(first, disks, seed);
        }

        await using var owner = await TestRepository.OpenAsync(volume);
        var before = volume.Names().ToDictionary(name => name, volume.BytesOf);
        await using (var reader = await TestRepository.OpenForReadingAsync(volume))
        {
            await TestRepository.AssertHoldsAsync(reader, disks);
            await TestRepository.RefusalAsync("repository-read-only", () => Task.FromResult(reader.BeginSession()));
            await TestRepository.RefusalAsync("repository-read-only", () => reader.RebuildIndexAsync(null, CancellationToken.None));
            await TestRepository.RefusalAsync("repository-read-only", () => reader.VerifyAsync(new(HealFrom: owner), null, CancellationToken.None));
            var report = await reader.VerifyAsync(new(), null, CancellationToken.None);
            Assert.Empty(report.Findings);
            Assert.Equal(3, report.PointsProven.Count);
        }

        Assert.Equal(before, volume.Names().ToDictionary(name => name, volume.BytesOf));
        await BackUpAsync(owner, disks, 74);
        await TestRepository.AssertHoldsAsync(owner, disks);
    }

    [Fact]
    public async Task The_index_made_anew_finds_what_the_old_one_found_also_beside_an_import()
    {
        var volume = new MemoryVolume();
        var disks = new Dictionary<Guid, byte[]>();
        await using (var first = await TestRepository.CreateAsync(volume))
        {
            for (var seed = 80; seed < 86; seed++) await BackUpAsync(first, disks, seed);
        }

        await using var repository = await TestRepository.OpenAsync(volume);
        var blocks = disks.Values.SelectMany(disk => TestDisk.Blocks(repository, disk)).Where(block => !block.Id.IsZero).Select(block => block.Id).Distinct().ToArray();
        var usage = repository.Usage().Blocks;
        var old = volume.Names("index");
        var seen = new List<IndexRebuildProgress>();
        var importing = Task.Run(async () =>
        {
            for (var seed = 90; seed < 96; seed++) await BackUpAsync(repository, disks, seed);
        });
        while (!importing.IsCompleted)
        {
            await repository.RebuildIndexAsync(null, CancellationToken.None);
            Assert.All(blocks, block => Assert.True(repository.Contains(block)));
        }

        await importing;
        var report = await repository.RebuildIndexAsync(new Recording(seen), CancellationToken.None);
        Assert.Empty(report.Findings);
        Assert.Equal(0, report.Scanned);
        Assert.Equal(report.Packs, seen[^1].PacksDone);
        Assert.Equal(seen[^1].PacksTotal, seen[^1].PacksDone);
        Assert.True(report.Entries >= usage);
        Assert.Empty(old.Intersect(volume.Names("index")));
        await TestRepository.AssertHoldsAsync(repository, disks);
        Assert.Empty((await repository.VerifyAsync(new(), null, CancellationToken.None)).Findings);
        await repository.DisposeAsync();
        await using var reopened = await TestRepository.OpenAsync(volume);
        await TestRepository.AssertHoldsAsync(reopened, disks);
    }

    private static async Task BackUpAsync(Repository repository, Dictionary<Guid, byte[]> disks, int seed)
    {
        var disk = TestDisk.Content(seed, 80);
        disks.Add((await TestDisk.BackUpAsync(repository, disk, Guid.NewGuid(), takenAt: DateTimeOffset.UnixEpoch.AddMinutes(seed))).PointId, disk);
    }

    private sealed class Recording(List<IndexRebuildProgress> seen) : IProgress<IndexRebuildProgress>
    {
        public void Report(IndexRebuildProgress value) => seen.Add(value);
    }
}
