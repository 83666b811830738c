using BackupFabric.Blocks;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Crash;

/// <summary>
/// Goal: whatever step of opening, putting, committing, sealing or closing is the last one, the reopened repository holds every committed point byte for byte and
/// shows nothing that was not committed.
/// Method: count the steps that change the volume, let each in turn be the last (done half, where it can be), take what a killed process or a power cut leaves,
/// reopen, compare, go on with the interrupted work, compare again.
/// </summary>
public class CrashTests
{
    /// <summary>Fewer than this, and the loop over the steps did not do what it says.</summary>
    private const int StepsMin = 12;
    private const int Clusters = 72;
    private static readonly byte[] First = TestDisk.Content(11, Clusters);
    private static readonly byte[] Second = TestRepository.Changed(First, new Random(12));
    private static readonly byte[] Third = TestDisk.Content(13, Clusters);

    [Fact]
    public async Task After_a_killed_process_every_committed_point_is_whole_and_nothing_else_is_seen() =>
        await AtEveryStepAsync((volume, _) => volume.AfterKill());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task After_a_power_cut_every_committed_point_is_whole_and_nothing_else_is_seen(int seed) =>
        await AtEveryStepAsync((volume, step) => volume.AfterPowerCut(new Random(seed * 1000 + step)));

    [Fact]
    public async Task A_creation_that_was_cut_off_at_any_step_leaves_a_repository_or_room_for_one()
    {
        for (var step = 1; ; step++)
        {
            var volume = new MemoryVolume();
            var fault = new FaultVolume(volume) { DieAt = step };
            var died = await DiesAsync(async () => await (await TestRepository.CreateAsync(fault)).DisposeAsync());
            var after = volume.AfterPowerCut(new Random(step));
            await using var repository = after.Names().Contains("repository") ? await TestRepository.OpenAsync(after) : await TestRepository.CreateAsync(after);
            var point = await TestDisk.BackUpAsync(repository, First);
            await TestRepository.AssertHoldsAsync(repository, new Dictionary<Guid, byte[]> { [point.PointId] = First });
            if (died) continue;
            Assert.InRange(step, StepsMin, 1000);
            return;
        }
    }

    [Fact]
    public async Task What_a_killed_session_had_put_is_not_asked_for_again_but_for_the_last_buffer()
    {
        var volume = new MemoryVolume();
        var repository = await TestRepository.CreateAsync(volume);
        var session = repository.BeginSession();
        var blocks = TestDisk.Blocks(repository, TestDisk.Content(14, 200)).Where(block => !block.Id.IsZero).DistinctBy(block => block.Id).ToArray();
        foreach (var block in blocks) await TestDisk.PutAsync(session, block);

        await using var again = await TestRepository.OpenAsync(volume.AfterKill());
        await using var next = again.BeginSession();
        var lost = blocks.Where(block => TestDisk.IsLacking(next, block.Id)).ToArray();
        Assert.True(lost.Sum(block => block.Plain.Length) <= 2 * TestDisk.Rules.GreatestBytes + 1024, $"{lost.Length} of {blocks.Length} blocks were lost.");
        Assert.Equal(blocks.TakeLast(lost.Length).Select(block => block.Id), lost.Select(block => block.Id));
    }

    [Fact]
    public async Task What_was_flushed_durably_survives_a_power_cut_without_a_commit()
    {
        var volume = new MemoryVolume();
        var repository = await TestRepository.CreateAsync(volume);
        var session = repository.BeginSession();
        var blocks = TestDisk.Blocks(repository, First).Where(block => !block.Id.IsZero).ToArray();
        foreach (var block in blocks) await TestDisk.PutAsync(session, block);
        await session.FlushAsync(durable: true, CancellationToken.None);
        for (var seed = 0; seed < 8; seed++)
        {
            await using var again = await TestRepository.OpenAsync(volume.AfterPowerCut(new Random(seed)));
            Assert.All(blocks, block => Assert.True(again.Contains(block.Id)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_power_cut_no_block_is_said_to_be_stored_that_cannot_be_read(bool afterKill)
    {
        var start = new MemoryVolume();
        var first = await TestRepository.CreateAsync(start);
        TestBlock[] blocks = [.. TestDisk.Blocks(first, TestDisk.Content(15, 90)).Where(block => !block.Id.IsZero)];
        if (afterKill)
        {
            // Left without a table and not flushed: the opening scans, flushes and seals, and is cut off on its way.
            var session = first.BeginSession();
            foreach (var block in blocks.Take(blocks.Length / 2)) await TestDisk.PutAsync(session, block, BlockCodec.None);
            await session.FlushAsync(durable: false, CancellationToken.None);
        }
        else
        {
            await first.DisposeAsync();
        }

        var payload = new byte[BlockSealer.BoundOf(TestDisk.Rules.GreatestBytes)];
        for (var step = 1; ; step++)
        {
            var volume = start.AfterKill();
            var fault = new FaultVolume(volume) { DieAt = step };
            var died = await DiesAsync(async () =>
            {
                await using var repository = await TestRepository.OpenAsync(fault);
                await using var session = repository.BeginSession();
                foreach (var block in blocks) await TestDisk.PutAsync(session, block, BlockCodec.None);
            });
            for (var seed = 0; seed < 12; seed++)
            {
                await using var repository = await TestRepository.OpenAsync(volume.AfterPowerCut(new Random(step * 100 + seed)));
                foreach (var block in blocks.Where(block => repository.Contains(block.Id))) await repository.ReadSealedAsync(block.Id, payload, CancellationToken.None);
            }

            if (died) continue;
            Assert.InRange(step, StepsMin, 1000);
            return;
        }
    }

    [Fact]
    public async Task A_commit_over_what_a_killed_process_had_put_survives_a_power_cut()
    {
        var volume = new MemoryVolume();
        var killed = await TestRepository.CreateAsync(volume);
        var session = killed.BeginSession();
        await TestDisk.StoreAsync(killed, session, First);
        await session.FlushAsync(durable: false, CancellationToken.None);

        var after = volume.AfterKill();
        var repository = await TestRepository.OpenAsync(after);
        var point = await TestDisk.BackUpAsync(repository, First);
        Assert.Equal(0, point.NewBytes);
        for (var seed = 0; seed < 16; seed++)
        {
            await using var again = await TestRepository.OpenAsync(after.AfterPowerCut(new Random(seed)));
            await TestRepository.AssertHoldsAsync(again, new Dictionary<Guid, byte[]> { [point.PointId] = First });
        }
    }

    [Fact]
    public async Task A_point_that_was_seen_after_a_kill_is_still_there_after_a_power_cut()
    {
        var start = new MemoryVolume();
        await (await TestRepository.CreateAsync(start)).DisposeAsync();
        for (var step = 1; ; step++)
        {
            var volume = start.AfterKill();
            var died = await DiesAsync(async () => await TestDisk.BackUpAsync(await TestRepository.OpenAsync(new FaultVolume(volume) { DieAt = step }), First));
            var killed = volume.AfterKill();
            var seen = (await TestRepository.OpenAsync(killed)).Points().ToDictionary(point => point.PointId, _ => First);
            for (var seed = 0; seed < 4; seed++)
            {
                await using var again = await TestRepository.OpenAsync(killed.AfterPowerCut(new Random(step * 10 + seed)));
                await TestRepository.AssertHoldsAsync(again, seen);
            }

            if (died) continue;
            Assert.InRange(step, StepsMin, 1000);
            return;
        }
    }

    private static async Task AtEveryStepAsync(Func<MemoryVolume, int, MemoryVolume> crash)
    {
        var start = new MemoryVolume();
        Manifest first;
        await using (var repository = await TestRepository.CreateAsync(start)) first = await TestDisk.BackUpAsync(repository, First);

        for (var step = 1; ; step++)
        {
            var volume = start.AfterKill();
            var committed = new Dictionary<Guid, byte[]> { [first.PointId] = First };
            var fault = new FaultVolume(volume) { DieAt = step };
            var attempt = new Attempt(first);
            var died = await DiesAsync(() => attempt.RunAsync(fault, committed));
            await CheckAsync(crash(volume, step), committed, attempt);
            if (died) continue;
            Assert.InRange(step, StepsMin, 1000);
            return;
        }
    }

    private static async Task CheckAsync(MemoryVolume survived, Dictionary<Guid, byte[]> committed, Attempt attempt)
    {
        await using (var repository = await TestRepository.OpenAsync(survived))
        {
            // A commit that had not returned may have happened: then it is whole.
            if (attempt.InFlight is { } open && repository.FindPoint(open.Point) is not null) committed[open.Point] = open.Disk;
            await TestRepository.AssertHoldsAsync(repository, committed);
            var again = await TestDisk.BackUpAsync(repository, Third, basis: attempt.Basis);
            committed[again.PointId] = Third;
            await TestRepository.AssertHoldsAsync(repository, committed);
        }

        await using var last = await TestRepository.OpenAsync(survived);
        await TestRepository.AssertHoldsAsync(last, committed);
    }

    private static async Task<bool> DiesAsync(Func<Task> work)
    {
        try
        {
            await work();
            return false;
        }
        catch (IOException died) when (Causes(died).OfType<VolumeDiedException>().Any())
        {
            return true;
        }
    }

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException) yield return exception;
    }

    private sealed class Attempt(Manifest first)
    {
        public ManifestDisk Basis => first.Disks[0];

        public (Guid Point, byte[] Disk)? InFlight { get; private set; }

        public async Task RunAsync(FaultVolume volume, Dictionary<Guid, byte[]> committed)
        {
            var repository = await TestRepository.OpenAsync(volume);
            foreach (var disk in new[] { Second, Third })
            {
                await using var session = repository.BeginSession();
                var point = TestDisk.PointOf(Guid.Empty, default, await TestDisk.StoreAsync(repository, session, disk, Basis));
                InFlight = (point.PointId, disk);
                await session.CommitAsync(point, CancellationToken.None);
                committed[point.PointId] = disk;
                InFlight = null;
            }

            await repository.DisposeAsync();
        }
    }
}
