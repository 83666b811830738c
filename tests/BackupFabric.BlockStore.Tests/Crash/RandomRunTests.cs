using System.Collections.Concurrent;
using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Crash;

/// <summary>
/// A seeded run of backups, abandoned sessions, deletions, undeletions, purges, collections (alone, beside backups and cut off at any step), held readers, reopenings, kills
/// and power cuts, against an oracle that holds every point's disk in memory. With BF_SOAK=1 many seeds and thousands of steps.
/// </summary>
public class RandomRunTests
{
    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("BF_SOAK") == "1";
    private static readonly int Steps = IsSoak ? 3000 : 250;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, IsSoak ? 20 : 3)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_repository_agrees_with_the_oracle_after_whatever_happens(int seed)
    {
        await using var run = new Run(seed);
        await run.StartAsync();
        for (var step = 0; step < Steps; step++) await run.StepAsync();
        await run.CheckAsync(everything: true);
        await run.FinishAsync();
    }

    private sealed class Run(int seed) : IAsyncDisposable
    {
        private readonly Random _random = new(seed);
        private ConcurrentDictionary<Guid, byte[]> _committed = new();
        private ConcurrentDictionary<Guid, byte[]> _trashed = new();
        private readonly Dictionary<int, byte[]> _machines = [];
        private MemoryVolume _volume = new();
        private FaultVolume? _faults;
        private Repository? _repository;
        private int _taken;

        public async Task StartAsync() => _repository = await TestRepository.CreateAsync(_faults = new(_volume));

        // A verification belongs here as one more case: it finds nothing, whatever came before it.
        public async Task StepAsync()
        {
            switch (_random.Next(22))
            {
                case < 7: await BackUpAsync(commit: true); break;
                case 7: await BackUpAsync(commit: false); break;
                case 8: await Task.WhenAll(BackUpAsync(commit: true), BackUpAsync(commit: true)); break;
                case 9: await ReopenAsync(); break;
                case 10: await CrashAsync(_volume.AfterKill()); break;
                case 11: await CrashAsync(_volume.AfterPowerCut(_random)); break;
                case < 15: await DeleteAsync(); break;
                case 15: await UndeleteAsync(); break;
                case < 18: await CollectAsync(_random.Next(2) == 0); break;
                case 18: await Task.WhenAll(CollectAsync(empty: false), BackUpAsync(commit: true), BackUpAsync(commit: true)); break;
                case 19: await ReadBesideCollectionAsync(); break;
                case 20: await DieAsync(); break;
                default: await CheckAsync(everything: false); break;
            }
        }

        public async Task CheckAsync(bool everything)
        {
            Assert.Empty(_repository!.DamagedManifests());
            Assert.Equal(_committed.Keys.Order(), _repository.Points().Select(point => point.PointId).Order());
            Assert.Equal(_trashed.Keys.Order(), _repository.Trash().Select(trashed => trashed.Point.PointId).Order());
            foreach (var point in _repository.Points().Where(_ => everything || _random.Next(8) == 0)) await CheckAsync(point, _committed[point.PointId]);
            foreach (var trashed in _repository.Trash().Where(_ => everything || _random.Next(8) == 0)) await CheckAsync(trashed.Point, _trashed[trashed.Point.PointId]);
        }

        /// <summary>When all points are gone, so is all that they needed.</summary>
        public async Task FinishAsync()
        {
            while (!_committed.IsEmpty) await DeleteAsync();
            await CollectAsync(empty: true);
            Assert.Equal(0, (await _repository!.CollectAsync(new(ThinShare: 1), null, CancellationToken.None)).LiveBytes);
            await ReopenAsync();
            Assert.Equal(0, _repository.Usage().Blocks);
        }

        public async ValueTask DisposeAsync() => await _repository!.DisposeAsync();

        private async Task CheckAsync(Manifest point, byte[] disk) =>
            Assert.True((await TestDisk.RestoreAsync(_repository!, point.Disks[0])).AsSpan().SequenceEqual(disk), $"seed {seed}: {point.PointId}");

        private Guid? Any(IEnumerable<Guid> points)
        {
            var all = points.Order().ToArray();
            return all.Length == 0 ? null : all[_random.Next(all.Length)];
        }

        private async Task DeleteAsync()
        {
            if (Any(_committed.Keys) is not { } point) return;
            await _repository!.DeletePointAsync(point, CancellationToken.None);
            _committed.Remove(point, out var disk);
            _trashed[point] = disk!;
        }

        private async Task UndeleteAsync()
        {
            if (Any(_trashed.Keys) is not { } point) return;
            await _repository!.UndeletePointAsync(point, CancellationToken.None);
            _trashed.Remove(point, out var disk);
            _committed[point] = disk!;
        }

        private async Task CollectAsync(bool empty)
        {
            var options = new CollectionOptions(EmptyTrashOlderThan: empty ? TimeSpan.Zero : null, ThinShare: _random.Next(5) / 4.0);
            var dry = _random.Next(4) == 0 ? await _repository!.CollectAsync(options with { DryRun = true }, null, CancellationToken.None) : null;
            var report = await _repository!.CollectAsync(options, null, CancellationToken.None);
            Assert.Equal(0, report.BlocksMissing);
            Assert.Empty(report.Findings);
            if (empty) _trashed.Clear();
            if (dry is not null && empty) Assert.Equal((dry.PointsPurged, dry.PacksDropped, dry.PacksRewritten, dry.BytesFreed), (report.PointsPurged, report.PacksDropped, report.PacksRewritten, report.BytesFreed));
        }

        private async Task ReadBesideCollectionAsync()
        {
            if (Any(_trashed.Keys.Concat(_committed.Keys)) is not { } point) return;
            var disk = _trashed.TryGetValue(point, out var trashed) ? trashed : _committed[point];
            using var lease = _repository!.HoldPoint(point);
            await Task.WhenAll(CollectAsync(empty: true), Task.Run(() => CheckAsync(lease.Point, disk)));
            await CheckAsync(lease.Point, disk);
        }

        /// <summary>The volume dies in the middle of a deletion, an undeletion or a collection; the oracle learns from the survivor which side of the step it is on.</summary>
        private async Task DieAsync()
        {
            var (point, back) = (Any(_committed.Keys), Any(_trashed.Keys));
            var empty = _random.Next(2) == 0;
            _faults!.DieAt = _faults.Steps + _random.Next(1, 60);
            try
            {
                if (point is { } deleted) await _repository!.DeletePointAsync(deleted, CancellationToken.None);
                if (back is { } undeleted) await _repository!.UndeletePointAsync(undeleted, CancellationToken.None);
                await _repository!.CollectAsync(new(EmptyTrashOlderThan: empty ? TimeSpan.Zero : null), null, CancellationToken.None);
            }
            catch (IOException)
            {
                // As wanted.
            }

            await OpenAsync(_random.Next(2) == 0 ? _volume.AfterKill() : _volume.AfterPowerCut(_random));
            var all = _committed.Concat(_trashed).ToDictionary();
            foreach (var id in all.Keys.Where(id => id != point && id != back)) Assert.True(_committed.ContainsKey(id) == (_repository!.FindPoint(id) is not null));
            (_committed, _trashed) = (new(), new());
            foreach (var visible in _repository!.Points()) _committed[visible.PointId] = all[visible.PointId];
            foreach (var trashed in _repository.Trash()) _trashed[trashed.Point.PointId] = all[trashed.Point.PointId];
            if (!empty) Assert.Equal(all.Count, _committed.Count + _trashed.Count);
            Assert.Subset(all.Keys.ToHashSet(), _committed.Keys.Concat(_trashed.Keys).ToHashSet());
            await CheckAsync(everything: false);
        }

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
            var point = TestDisk.PointOf(VmOf(machine), DateTimeOffset.UnixEpoch.AddMinutes(Interlocked.Increment(ref _taken)), stored);
            await session.CommitAsync(point, CancellationToken.None);
            _committed[point.PointId] = disk;
        }

        private async Task ReopenAsync()
        {
            await _repository!.DisposeAsync();
            await OpenAsync(_volume);
        }

        private async Task CrashAsync(MemoryVolume survived)
        {
            await OpenAsync(survived);
            await CheckAsync(everything: false);
        }

        private async Task OpenAsync(MemoryVolume volume)
        {
            _volume = volume;
            _repository = await TestRepository.OpenAsync(_faults = new(volume));
        }

        private static Guid VmOf(int machine) => new(machine, 0, 0, new byte[8]);
    }
}
