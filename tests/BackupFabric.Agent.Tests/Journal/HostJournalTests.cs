using BackupFabric.Agent.Journal;
using BackupFabric.Agent.Ports;
using BackupFabric.Agent.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFabric.Agent.Tests.Journal;

public sealed class HostJournalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_recorded_and_amended_is_known_after_a_crash_and_what_was_forgotten_is_not()
    {
        var journal = Open();
        var (job, vm) = (Guid.NewGuid(), Guid.NewGuid());
        var kept = await journal.RecordAsync(job, JournalKind.Checkpoint, vm, "about to be made", Cancel);
        kept = await journal.AmendAsync(kept, """{"instance":"Microsoft:\\x"}""", Cancel);
        var gone = await journal.RecordAsync(job, JournalKind.AttachedDisk, vm, "b", Cancel);
        await journal.ForgetAsync(gone, Cancel);

        Assert.Equal(kept, Assert.Single(Open().Entries));
    }

    [Fact]
    public async Task Torn_writes_neither_stop_the_agent_nor_lose_the_other_entries()
    {
        var kept = await Open().RecordAsync(Guid.NewGuid(), JournalKind.RecoveredVm, Guid.NewGuid(), "d", Cancel);
        var whole = await File.ReadAllBytesAsync(Directory.GetFiles(_folder.Path).Single(), Cancel);
        for (var length = 0; length < whole.Length; length += 7)
        {
            await File.WriteAllBytesAsync(_folder.In($"{length}.json"), whole[..length], Cancel);
            await File.WriteAllBytesAsync(_folder.In($"{length}.json.tmp"), whole[..length], Cancel);
        }

        var reopened = Open();
        Assert.Equal(kept, Assert.Single(reopened.Entries));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
        Assert.Single(Directory.GetFiles(_folder.Path, "*.json"));
        Assert.NotEmpty(Directory.GetFiles(_folder.Path, "*.damaged"));
    }

    [Fact]
    public async Task What_a_dead_job_left_on_the_host_is_removed_and_then_forgotten()
    {
        var host = new MemoryHypervisor();
        var dead = await Open().RecordAsync(Guid.NewGuid(), JournalKind.Checkpoint, Guid.NewGuid(), "left", Cancel);
        host.Put("left");

        var journal = Open();
        Assert.True(await Sweeper(journal, host).SweepAsync(Cancel));

        Assert.Empty(host.OnHost);
        Assert.Empty(Open().Entries);
        Assert.DoesNotContain(dead, journal.Entries);
    }

    [Fact]
    public async Task What_cannot_be_removed_is_not_forgotten_and_is_tried_again()
    {
        var host = new MemoryHypervisor { CleanUpFails = new IOException("busy") };
        var journal = Open();
        await journal.RecordAsync(Guid.NewGuid(), JournalKind.Checkpoint, Guid.NewGuid(), "left", Cancel);
        host.Put("left");

        Assert.False(await Sweeper(journal, host).SweepAsync(Cancel));
        Assert.Single(Open().Entries);

        host.CleanUpFails = null;
        Assert.True(await Sweeper(journal, host).SweepAsync(Cancel));
        Assert.Empty(host.OnHost);
    }

    [Fact]
    public async Task What_a_running_job_made_is_left_alone()
    {
        var (host, journal, job) = (new MemoryHypervisor(), Open(), Guid.NewGuid());
        await journal.RecordAsync(job, JournalKind.Checkpoint, Guid.NewGuid(), "in use", Cancel);
        host.Put("in use");

        await Sweeper(journal, host, id => id == job).SweepAsync(Cancel);

        Assert.Equal(["in use"], host.OnHost);
        Assert.Single(journal.Entries);
    }

    public void Dispose() => _folder.Dispose();

    private HostJournal Open() => new(_folder.Path, TimeProvider.System, NullLogger<HostJournal>.Instance);

    private static LeftoverSweeper Sweeper(HostJournal journal, MemoryHypervisor host, Func<Guid, bool>? isActive = null) =>
        new(journal, host, isActive ?? (_ => false), NullLogger<LeftoverSweeper>.Instance);
}
