using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Orders;

/// <summary>
/// Takes orders and sees each through to a durable outcome. The same attempt delivered twice runs once; a newer attempt waits until
/// the older one has cleaned up.
/// </summary>
internal sealed class OrderRunner(
    IJob protect, IJob recover, OutcomeShelf outcomes, PlacementEpochs epochs, OrderLimits limits, TimeProvider time, ILogger<OrderRunner> log) : IDisposable
{
    private readonly Dictionary<string, RunningOrder> _running = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _places = new(limits.AtOnce);
    private readonly Lock _gate = new();
    private bool _stopping;

    public IReadOnlyList<RunningOrder> Running
    {
        get
        {
            lock (_gate) return [.. _running.Values];
        }
    }

    /// <summary>Whether a job of that id is being carried out, or is still cleaning up.</summary>
    public bool IsActive(Guid jobId)
    {
        lock (_gate) return _running.Values.Any(r => Guid.TryParse(r.Order.JobId, out var id) && id == jobId);
    }

    public void Take(WorkOrder order)
    {
        lock (_gate)
        {
            if (_stopping || IsKnown(order, out var older)) return;
            if (Refusal(order) is { } problem)
            {
                log.OrderRefused(order.JobId, order.Attempt, problem.Sentence);
                outcomes.Put(Outcomes.Failed(order, new JobMeter(), problem));
                return;
            }

            log.OrderTaken(order.JobId, order.Attempt, order.TaskCase);
            older?.Stop(StopReason.Superseded);
            var running = new RunningOrder(order, LeaseOf(order.Lease), time.GetUtcNow());
            _running[order.JobId] = running;
            running.Completion = Task.Run(() => RunAsync(running, older?.Completion ?? Task.CompletedTask), CancellationToken.None);
        }
    }

    public void Stop(string jobId, StopReason reason, string text = "")
    {
        RunningOrder? running;
        lock (_gate) running = _running.GetValueOrDefault(jobId);
        if (running is null) return;
        log.OrderStopped(jobId, reason, text);
        running.Stop(reason, text);
    }

    public void Extend(IEnumerable<string> jobIds, Duration? lease)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var id in jobIds) _running.GetValueOrDefault(id)?.Extend(LeaseOf(lease), now);
        }
    }

    /// <summary>Stops the orders that the server has left alone for too long.</summary>
    public void StopForgotten()
    {
        var now = time.GetUtcNow() - limits.LeaseGrace;
        foreach (var running in Running.Where(r => r.HasLeaseRunOut(now))) Stop(running.Order.JobId, StopReason.LeaseLost);
    }

    /// <summary>Takes no more orders, stops those that run, and waits for their clean-up. False when the time was not enough.</summary>
    public async Task<bool> StopAllAsync(TimeSpan within)
    {
        IReadOnlyList<RunningOrder> running;
        lock (_gate) (_stopping, running) = (true, Running);
        foreach (var one in running) one.Stop(StopReason.Stopping);
        try
        {
            await Task.WhenAll(running.Select(r => r.Completion)).WaitAsync(within, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => _places.Dispose();

    private bool IsKnown(WorkOrder order, out RunningOrder? older)
    {
        older = _running.GetValueOrDefault(order.JobId);
        if (older is not null)
        {
            if (older.Order.Attempt == order.Attempt) older.Extend(LeaseOf(order.Lease), time.GetUtcNow());
            return older.Order.Attempt >= order.Attempt;
        }

        if (outcomes.Find(order.JobId, order.Attempt) is not { } outcome) return false;
        outcomes.Repeat(outcome);
        return true;
    }

    private Problem? Refusal(WorkOrder order)
    {
        if (!Guid.TryParse(order.JobId, out _)) return AgentProblems.OrderUnreadable($"'{order.JobId}' is not a job id");
        if (_running.Count >= limits.Held) return AgentProblems.HostBusy(_running.Count);
        switch (order.TaskCase)
        {
            case WorkOrder.TaskOneofCase.Protect:
                if (!Guid.TryParse(order.Protect.VmId, out var vm)) return AgentProblems.OrderUnreadable($"'{order.Protect.VmId}' is not the id of a VM");
                if (!Guid.TryParse(order.Protect.PointId, out _)) return AgentProblems.OrderUnreadable($"'{order.Protect.PointId}' is not the id of a recovery point");
                return epochs.TryAccept(vm, order.Epoch, out var newest) ? null : AgentProblems.StalePlacement(order.Protect.VmId, order.Epoch, newest);
            case WorkOrder.TaskOneofCase.Recover:
                return null;
            default:
                return AgentProblems.OrderUnreadable("it asks for something that this version cannot do");
        }
    }

    private async Task RunAsync(RunningOrder running, Task predecessor)
    {
        // The predecessor's own failure was its own to report.
        await predecessor.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (await OutcomeOfAsync(running) is { } outcome) Shelve(outcome);
        }
        finally
        {
            lock (_gate)
            {
                if (_running.GetValueOrDefault(running.Order.JobId) == running) _running.Remove(running.Order.JobId);
            }

            running.Dispose();
        }
    }

    private async Task<JobOutcome?> OutcomeOfAsync(RunningOrder running)
    {
        var (order, meter) = (running.Order, running.Meter);
        try
        {
            await _places.WaitAsync(running.Stopped);
            try
            {
                var job = order.TaskCase == WorkOrder.TaskOneofCase.Protect ? protect : recover;
                var outcome = await job.RunAsync(order, meter, running.Stopped);
                return running.Reason == StopReason.Superseded ? null : outcome;
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception) when (running.Reason != StopReason.None)
        {
            // Whatever a job throws while it is being stopped, it ended because it was stopped.
            return OutcomeOfStop(running);
        }
        catch (Exception failure)
        {
            var problem = Outcomes.ProblemOf(failure);
            if (failure is ProblemException or RpcException or IOException) log.JobFailed(order.JobId, problem.Code, problem.Sentence);
            else log.JobFailedUnexpectedly(failure, order.JobId, problem.Code, problem.Sentence);
            return Outcomes.Failed(order, meter, problem);
        }
    }

    private JobOutcome? OutcomeOfStop(RunningOrder running)
    {
        switch (running.Reason)
        {
            case StopReason.Cancelled:
                var cancelled = Outcomes.Cancelled(running.Order, running.Meter);
                cancelled.Problem = AgentProblems.Cancelled(running.ReasonText);
                return cancelled;
            case StopReason.LeaseLost:
                return Outcomes.Failed(running.Order, running.Meter, AgentProblems.LeaseLost(running.Lease + limits.LeaseGrace));
            default:
                return null;
        }
    }

    private void Shelve(JobOutcome outcome)
    {
        try
        {
            outcomes.Put(outcome);
            log.JobEnded(outcome.JobId, outcome.Ending);
        }
        catch (IOException failure)
        {
            // The server will find the job neither running nor ended, and start it anew.
            log.OutcomeLost(outcome.JobId, failure.Message);
        }
    }

    private TimeSpan LeaseOf(Duration? lease) => lease is { } given && given.ToTimeSpan() > TimeSpan.Zero ? given.ToTimeSpan() : limits.DefaultLease;
}
