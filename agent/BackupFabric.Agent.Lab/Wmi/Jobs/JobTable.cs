using System.Collections.Concurrent;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Wmi.Jobs;

/// <summary>The jobs that this process started on its host. They end with the process, as they would with the management service.</summary>
internal sealed class JobTable(LabHost host) : IAsyncDisposable
{
    /// <summary>TimeBeforeRemoval: how long an ended job can still be asked.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Guid, LabJob> _jobs = new();
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private readonly CancellationTokenSource _stop = new();

    public CancellationToken Stopping => _stop.Token;

    public IReadOnlyList<LabJob> Jobs
    {
        get
        {
            foreach (LabJob old in _jobs.Values.Where(j => j.Ended is { } ended && host.Time.GetUtcNow() - ended > Remembered))
                _jobs.TryRemove(old.Id, out _);
            return [.. _jobs.Values];
        }
    }

    public LabJob Start(ushort type, string caption, Guid? vm, ushort operation, Func<LabJob, CancellationToken, Task> work)
    {
        LabJob job = new(Guid.NewGuid(), type, caption, vm, operation, host.Time.GetUtcNow());
        _jobs[job.Id] = job;
        Track(Task.Run(() => RunAsync(job, work), CancellationToken.None));
        return job;
    }

    /// <summary>Work without a job of its own, such as a merge.</summary>
    public void Background(Func<CancellationToken, Task> work) => Track(Task.Run(() => work(_stop.Token), CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Track(Task task)
    {
        Guid key = Guid.NewGuid();
        _running[key] = task;
        task.ContinueWith(_ => _running.TryRemove(key, out Task? _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task RunAsync(LabJob job, Func<LabJob, CancellationToken, Task> work)
    {
        try
        {
            await work(job, _stop.Token);
            job.End(host.Time.GetUtcNow());
        }
        catch (JobFailedException failed)
        {
            job.Fail(host.Time.GetUtcNow(), failed.Code, failed.Message, failed.Details.Count > 0 ? failed.Details : [failed.Message]);
        }
        catch (LabException refused)
        {
            Fail(job, refused.Message);
        }
        catch (DiskImageException damaged)
        {
            Fail(job, $"{host.Volumes.InWindowsWords(damaged.Message)} The file or directory is corrupted and unreadable. (0x80070570)");
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            Fail(job, host.Volumes.InWindowsWords(stopped.Message));
        }
        catch (Exception bug)
        {
            // A job that never ends would hide the mistake; its error text shows it.
            Fail(job, $"The lab failed: {bug}");
        }
    }

    private void Fail(LabJob job, string description) => job.Fail(host.Time.GetUtcNow(), 32768, description, [description]);
}
