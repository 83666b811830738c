using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;
using BackupFabric.BlockStore.Verification;

namespace BackupFabric.BlockStore.Tests.Crash;

/// <summary>
/// Goal: a crash or a full disk at any step of verifying, healing and rebuilding loses no point, claims no proof that was not had, and the same work afterwards ends well.
/// Method: a repository with a damaged block and a damaged map node in one of two points; the work is stopped at its first step, its second, and so on.
/// </summary>
public sealed class VerificationCrashTests : IAsyncLifetime
{
    private readonly MemoryVolume _start = new();
    private readonly Dictionary<Guid, byte[]> _disks = [];
    private MemoryVolume _whole = null!;
    private Manifest _hurt = null!;
    private Manifest _sound = null!;

    public async ValueTask InitializeAsync()
    {
        await using (var repository = await TestRepository.CreateAsync(_start))
        {
            _hurt = await BackUpAsync(repository, 41);
            _sound = await BackUpAsync(repository, 42);
        }

        _whole = _start.AfterKill();
        foreach (var folder in new[] { "data", "maps" })
        {
            var bytes = _start.BytesOf(_start.Names(folder)[0]);
            bytes[PackFormat.HeaderSize + PackFormat.RecordHeaderSize + 5] ^= 1;
            _start.SetBytes(_start.Names(folder)[0], bytes);
        }
    }

    public ValueTask DisposeAsync() => _start.DisposeAsync();

    [Fact]
    public async Task A_process_killed_at_any_step_of_a_verification_that_heals_claims_nothing_too_much() => await AtEveryStepAsync(volume => [volume.AfterKill()], VerifyAndHealAsync);

    [Fact]
    public async Task A_power_cut_at_any_step_of_a_verification_that_heals_claims_nothing_too_much() =>
        await AtEveryStepAsync(volume => Enumerable.Range(0, 6).Select(seed => volume.AfterPowerCut(new Random(seed))), VerifyAndHealAsync);

    [Fact]
    public async Task A_power_cut_at_any_step_of_verification_by_shares_never_forgets_damage_that_lies_behind_the_position() =>
        await AtEveryStepAsync(volume => Enumerable.Range(0, 6).Select(seed => volume.AfterPowerCut(new Random(seed))), VerifyBySharesAsync);

    [Fact]
    public async Task A_power_cut_at_any_step_of_a_rebuild_of_the_index_loses_nothing() =>
        await AtEveryStepAsync(volume => Enumerable.Range(0, 6).Select(seed => volume.AfterPowerCut(new Random(seed))), repository => repository.RebuildIndexAsync(null, CancellationToken.None));

    [Fact]
    public async Task Whichever_write_of_verification_healing_or_rebuild_finds_the_disk_full_says_so_and_the_same_work_goes_on_when_there_is_room()
    {
        foreach (var work in new Func<Repository, Task>[] { VerifyAndHealAsync, VerifyBySharesAsync, repository => repository.RebuildIndexAsync(null, CancellationToken.None) })
        {
            for (var write = 1; ; write++)
            {
                var volume = _start.AfterKill();
                var fault = new FaultVolume(volume);
                var refused = false;
                await using (var repository = await TestRepository.OpenAsync(fault))
                {
                    var before = fault.Steps;
                    fault.FullFrom = before + write;
                    try
                    {
                        await work(repository);
                    }
                    catch (RepositoryException full) when (full.Code == "repository-full")
                    {
                        refused = true;
                    }

                    var done = fault.Steps < fault.FullFrom;
                    fault.FullFrom = int.MaxValue;
                    await CheckRestoresAsync(repository);
                    await work(repository);
                    await CheckRestoresAsync(repository);
                    if (!refused && done) break;
                }

                await CheckAsync(volume.AfterPowerCut(new Random(write)));
                Assert.InRange(write, 1, 1000);
            }
        }
    }

    private async Task AtEveryStepAsync(Func<MemoryVolume, IEnumerable<MemoryVolume>> crash, Func<Repository, Task> work)
    {
        for (var step = 1; ; step++)
        {
            var volume = _start.AfterKill();
            var fault = new FaultVolume(volume);
            // Not disposed: the process is dead.
            var repository = await TestRepository.OpenAsync(fault);
            fault.DieAt = fault.Steps + step;
            var died = false;
            try
            {
                await work(repository);
            }
            catch (IOException)
            {
                died = true;
                Assert.True(fault.IsDead);
            }

            foreach (var survived in crash(volume)) await CheckAsync(survived);
            if (died) continue;
            Assert.InRange(step, 4, 1000);
            return;
        }
    }

    private async Task CheckAsync(MemoryVolume survived)
    {
        await using (var repository = await TestRepository.OpenAsync(survived))
        {
            // A pack that was being written may be torn; what verification remembers never is.
            Assert.DoesNotContain(repository.Findings(), finding => finding.Code == "verification-damaged");
            await CheckRestoresAsync(repository);
            // A proof means what it says.
            foreach (var point in repository.Points().Where(point => repository.ProofOf(point.PointId) is not null)) Assert.Equal(_disks[point.PointId], await TestDisk.RestoreAsync(repository, point.Disks[0]));
            await VerifyAndHealAsync(repository);
            await TestRepository.AssertHoldsAsync(repository, _disks);
        }

        await using var last = await TestRepository.OpenAsync(survived);
        await TestRepository.AssertHoldsAsync(last, _disks);
        Assert.Empty(last.SetAside());
        Assert.Equal(2, (await last.VerifyAsync(new(), null, CancellationToken.None)).PointsProven.Count);
    }

    private async Task CheckRestoresAsync(Repository repository)
    {
        Assert.Equal(_disks.Keys.Order(), repository.Points().Select(point => point.PointId).Order());
        Assert.Equal(_disks[_sound.PointId], await TestDisk.RestoreAsync(repository, _sound.Disks[0]));
    }

    private async Task VerifyAndHealAsync(Repository repository)
    {
        await using var copy = await TestRepository.OpenForReadingAsync(_whole);
        var report = await repository.VerifyAsync(new(HealFrom: copy), null, CancellationToken.None);
        Assert.Empty(report.PointsHurt);
    }

    private async Task VerifyBySharesAsync(Repository repository)
    {
        VerificationReport report;
        do report = await repository.VerifyAsync(new(Share: 0.3), null, CancellationToken.None);
        while (!report.CycleComplete);
        if (report.PointsHurt.Count > 0)
        {
            Assert.Null(repository.ProofOf(_hurt.PointId));
            Assert.Contains(_sound.PointId, report.PointsProven);
        }
    }

    private async Task<Manifest> BackUpAsync(Repository repository, int seed)
    {
        var disk = TestDisk.Content(seed, 100);
        var point = await TestDisk.BackUpAsync(repository, disk, takenAt: DateTimeOffset.UnixEpoch.AddDays(seed));
        _disks.Add(point.PointId, disk);
        return point;
    }
}
