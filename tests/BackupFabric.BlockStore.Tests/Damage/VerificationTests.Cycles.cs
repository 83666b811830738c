using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Verification;

namespace BackupFabric.BlockStore.Tests.Damage;

/// <summary>Shares, rates, cancelling, and what else goes on meanwhile.</summary>
public partial class VerificationTests
{
    [Fact]
    public async Task A_share_goes_on_where_the_last_one_ended_also_after_a_restart_and_a_point_is_proven_when_its_cycle_is_complete()
    {
        var read = 0L;
        var calls = 0;
        while (true)
        {
            await using var repository = await TestRepository.OpenAsync(_volume);
            var report = await repository.VerifyAsync(new(Share: 0.2), null, CancellationToken.None);
            Assert.Empty(report.Findings);
            read += report.BytesRead;
            calls++;
            Assert.Equal(report.CycleComplete, repository.ProofOf(_first.PointId) is not null);
            if (report.CycleComplete) break;
        }

        Assert.InRange(calls, 4, 8);
        var total = _volume.Names("data").Concat(_volume.Names("maps")).Sum(name => (long)_volume.BytesOf(name).Length);
        Assert.InRange(read, total * 8 / 10, total);
        Assert.DoesNotContain("checks/cycle", _volume.Names());
    }

    [Fact]
    public async Task A_cycle_ends_however_much_is_written_meanwhile_and_what_came_after_it_began_waits_for_the_next()
    {
        await using var repository = await TestRepository.OpenAsync(_volume);
        VerificationReport report;
        var calls = 0;
        do
        {
            report = await repository.VerifyAsync(new(Share: 0.25), null, CancellationToken.None);
            await BackUpAsync(repository, 100 + calls);
        }
        while (!report.CycleComplete && ++calls < 50);
        Assert.True(report.CycleComplete);
        Assert.Equal(new[] { _first.PointId, _second.PointId }.Order(), report.PointsProven.Order());
        Assert.Equal(_disks.Keys.Order(), (await VerifyAsync(repository)).PointsProven.Order());
    }

    [Fact]
    public async Task A_rate_is_kept()
    {
        var time = new ManualTime();
        await using var repository = await new RepositoryOpening(_volume, TestRepository.Options, TestRepository.Tuning, time).OpenAsync(CancellationToken.None);
        var start = time.GetUtcNow();
        var running = repository.VerifyAsync(new(BytesPerSecond: 10 << 10), null, CancellationToken.None);
        while (!running.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        var report = await running;
        Assert.Equal(2, report.PointsProven.Count);
        Assert.Equal(start, repository.ProofOf(_first.PointId)!.ReadFrom);
        // The last window is waited for by nobody.
        var last = _volume.Names("maps").Max(name => _volume.BytesOf(name).Length) + _volume.Names("data").Max(name => _volume.BytesOf(name).Length);
        Assert.True((time.GetUtcNow() - start).TotalSeconds * (10 << 10) >= report.BytesRead - last, $"{report.BytesRead} bytes took {time.GetUtcNow() - start}.");
    }

    [Fact]
    public async Task Cancelling_stops_within_a_pack_and_keeps_what_was_found()
    {
        Flip(_volume.Names("data")[0], PackFormat.HeaderSize + PackFormat.RecordHeaderSize + 5);
        using var stop = new CancellationTokenSource();
        var repository = await TestRepository.OpenAsync(_volume);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => repository.VerifyAsync(new(), new Stopping(stop), stop.Token));
        Assert.Single(repository.SetAside());
        await repository.DisposeAsync();
        await using var reopened = await TestRepository.OpenAsync(_volume);
        Assert.Single(reopened.SetAside());
        Assert.Null(reopened.ProofOf(_second.PointId));
    }

    [Fact]
    public async Task Progress_ends_at_all_bytes_and_closing_ends_a_verification()
    {
        var reports = new Recording();
        var repository = await TestRepository.OpenAsync(_volume);
        var report = await repository.VerifyAsync(new(), reports, CancellationToken.None);
        Assert.Equal(_volume.Names("data").Concat(_volume.Names("maps")).Sum(name => (long)_volume.BytesOf(name).Length), report.BytesRead);
        Assert.All(reports.Seen, progress => Assert.InRange(progress.BytesDone, 1, progress.BytesTotal));
        Assert.Equal(report.BytesRead, reports.Seen[^1].BytesTotal);
        var time = new ManualTime();
        await repository.DisposeAsync();
        repository = await new RepositoryOpening(_volume, TestRepository.Options, TestRepository.Tuning, time).OpenAsync(CancellationToken.None);
        var slow = repository.VerifyAsync(new(BytesPerSecond: 1), null, CancellationToken.None);
        await repository.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
    }

    [Fact]
    public async Task Verification_beside_a_running_import_gives_the_same_result_as_after_it()
    {
        await using var repository = await TestRepository.OpenAsync(_volume);
        var importing = Task.Run(async () =>
        {
            for (var seed = 200; seed < 230; seed++) await BackUpAsync(repository, seed);
        });
        var proven = 0;
        do
        {
            var report = await VerifyAsync(repository);
            Assert.Empty(report.Findings);
            Assert.Empty(report.PointsHurt);
            Assert.True(report.PointsProven.Count >= proven);
            proven = report.PointsProven.Count;
        }
        while (!importing.IsCompleted);
        await importing;
        Assert.Equal(_disks.Keys.Order(), (await VerifyAsync(repository)).PointsProven.Order());
    }
}
