using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Problems;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Journal;

/// <summary>
/// Removes what jobs that no longer run left on the host. An entry is forgotten only after the thing is gone.
/// </summary>
internal sealed class LeftoverSweeper(HostJournal journal, IHypervisor hypervisor, Func<Guid, bool> isActive, ILogger<LeftoverSweeper> log)
{
    /// <summary>True when nothing is left.</summary>
    public async Task<bool> SweepAsync(CancellationToken cancellation)
    {
        var clean = true;
        // Newest first: what was made later may rest on what was made before.
        foreach (var entry in journal.Entries.Where(e => !isActive(e.JobId)).OrderByDescending(e => e.At))
        {
            clean &= await RemoveAsync(entry, cancellation);
        }

        return clean;
    }

    /// <summary>Sweeps now and then, once <paramref name="first"/> is through.</summary>
    public async Task RunAsync(Task first, TimeSpan every, TimeProvider time, CancellationToken cancellation)
    {
        await first;
        using var timer = new PeriodicTimer(every, time);
        while (await timer.WaitForNextTickAsync(cancellation)) await SweepAsync(cancellation);
    }

    private async Task<bool> RemoveAsync(JournalEntry entry, CancellationToken cancellation)
    {
        try
        {
            await hypervisor.CleanUpAsync(entry, cancellation);
            await journal.ForgetAsync(entry, cancellation);
            log.LeftoverRemoved(entry.JobId, entry.Kind, entry.VmId);
            return true;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // One stubborn leftover must keep neither the others nor the agent from going on.
            log.LeftoverStays(entry.JobId, entry.Kind, entry.VmId, failure.ToProblem().Sentence);
            return false;
        }
    }
}
