using System.Collections.Concurrent;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Crash;

/// <summary>A seeded run of backups, abandoned sessions, reopenings, kills and power cuts, against an oracle that holds every committed disk in memory.</summary>
public class RandomRunTests
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
        private readonly Random _random = new(seed);
        private readonly ConcurrentDictionary<Guid, byte[]> _committed = new();
        private readonly Dictionary<int, byte[]> _machines = [];
        private MemoryVolume _volume = new();
        private Repository? _repository;

        public async Task StartAsync() => _repository = await TestRepository.CreateAsync(_volume);

        public async Task StepAsync()
        {
            switch (_random.Next(12))
            {
                case < 6: await BackUpAsync(commit: true); break;
                case 6: await BackUpAsync(commit: false); break;
                case 7: await Task.WhenAll(BackUpAsync(commit: true), BackUpAsync(commit: true)); break;
                case 8: await ReopenAsync(); break;
                case 9: await CrashAsync(_volume.AfterKill()); break;
                case 10: await CrashAsync(_volume.AfterPowerCut(_random)); break;
                default: await CheckAsync(everything: false); break;
            }
        }

        public async Task CheckAsync(bool everything)
        {
            Assert.Empty(_repository!.DamagedManifests());
            Assert.Equal(_committed.Keys.Order(), _repository.Points().Select(point => point.PointId).Order());
            foreach (var point in _repository.Points().Where(_ => everything || _random.Next(8) == 0))
            {
                Assert.True((await TestDisk.RestoreAsync(_repository, point.Disks[0])).AsSpan().SequenceEqual(_committed[point.PointId]), $"seed {seed}: {point.PointId}");
            }
        }

        public async ValueTask DisposeAsync() => await _repository!.DisposeAsync();

        private async Task BackUpAsync(bool commit)
        {
            var machine = _random.Next(4);
            var disk = _machines.TryGetValue(machine, out var before) && _random.Next(5) > 0
                ? TestRepository.Changed(before, _random)
                : TestDisk.Content(_random.Next(), _random.Next(1, 80));
            _machines[machine] = disk;
            var basis = _random.Next(2) == 0 ? null : _repository!.Points().LastOrDefault(point => point.VmId == VmOf(machine))?.Disks[0];
            await using var session = _repository!.BeginSession();
            var stored = await TestDisk.StoreAsync(_repository, session, disk, basis);
            if (!commit) return;
            var point = TestDisk.PointOf(VmOf(machine), DateTimeOffset.UnixEpoch.AddMinutes(_committed.Count), stored);
            await session.CommitAsync(point, CancellationToken.None);
            _committed[point.PointId] = disk;
        }

        private async Task ReopenAsync()
        {
            await _repository!.DisposeAsync();
            _repository = await TestRepository.OpenAsync(_volume);
        }

        private async Task CrashAsync(MemoryVolume survived)
        {
            _volume = survived;
            _repository = await TestRepository.OpenAsync(_volume);
            await CheckAsync(everything: false);
        }

        private static Guid VmOf(int machine) => new(machine, 0, 0, new byte[8]);
    }
}
