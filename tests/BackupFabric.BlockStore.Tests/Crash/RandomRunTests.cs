using System.Collections.Concurrent;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Crash;

/// <summary>A seeded run of backups, abandoned sessions, reopenings, kills and power cuts, against an oracle that holds every committed disk in memory.</summary>
public sealed class RandomRunTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_repository_agrees_with_the_oracle_after_whatever_happens(int seed)
    {
        await using var run = new Run(seed);
        await run.StartAsync();
        for (var step = 0; step < 120; step++) await run.StepAsync();
        await run.CheckAsync(everything: true);
    }

    private sealed class Run(int seed) : IAsyncDisposable
    {
        private readonly Random random = new(seed);
        private readonly ConcurrentDictionary<Guid, byte[]> committed = new();
        private readonly Dictionary<int, byte[]> machines = [];
        private MemoryVolume volume = new();
        private Repository? repository;

        public async Task StartAsync() => repository = await TestRepository.CreateAsync(volume);

        public async Task StepAsync()
        {
            switch (random.Next(12))
            {
                case < 6: await BackUpAsync(commit: true); break;
                case 6: await BackUpAsync(commit: false); break;
                case 7: await Task.WhenAll(BackUpAsync(commit: true), BackUpAsync(commit: true)); break;
                case 8: await ReopenAsync(); break;
                case 9: await CrashAsync(volume.AfterKill()); break;
                case 10: await CrashAsync(volume.AfterPowerCut(random)); break;
                default: await CheckAsync(everything: false); break;
            }
        }

        public async Task CheckAsync(bool everything)
        {
            Assert.Empty(repository!.DamagedManifests());
            Assert.Equal(committed.Keys.Order(), repository.Points().Select(point => point.PointId).Order());
            foreach (var point in repository.Points().Where(_ => everything || random.Next(8) == 0))
            {
                Assert.True((await TestDisk.RestoreAsync(repository, point.Disks[0])).AsSpan().SequenceEqual(committed[point.PointId]), $"seed {seed}: {point.PointId}");
            }
        }

        public async ValueTask DisposeAsync() => await repository!.DisposeAsync();

        private async Task BackUpAsync(bool commit)
        {
            var machine = random.Next(4);
            var disk = machines.TryGetValue(machine, out var before) && random.Next(5) > 0
                ? TestRepository.Changed(before, random)
                : TestDisk.Content(random.Next(), random.Next(1, 80));
            machines[machine] = disk;
            var basis = random.Next(2) == 0 ? null : repository!.Points().LastOrDefault(point => point.VmId == VmOf(machine))?.Disks[0];
            await using var session = repository!.BeginSession();
            var stored = await TestDisk.StoreAsync(repository, session, disk, basis);
            if (!commit) return;
            var point = TestDisk.PointOf(VmOf(machine), DateTimeOffset.UnixEpoch.AddMinutes(committed.Count), stored);
            await session.CommitAsync(point, CancellationToken.None);
            committed[point.PointId] = disk;
        }

        private async Task ReopenAsync()
        {
            await repository!.DisposeAsync();
            repository = await TestRepository.OpenAsync(volume);
        }

        private async Task CrashAsync(MemoryVolume survived)
        {
            volume = survived;
            repository = await TestRepository.OpenAsync(volume);
            await CheckAsync(everything: false);
        }

        private static Guid VmOf(int machine) => new(machine, 0, 0, new byte[8]);
    }
}
