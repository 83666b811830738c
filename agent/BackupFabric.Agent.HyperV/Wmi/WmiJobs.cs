using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>
/// Methods answer 0 (done), 4096 (a job was started) or an error. The job is polled, not awaited by events: a missed event would wait for ever,
/// and jobs vanish some minutes after their end, so its texts are copied at once.
/// </summary>
internal sealed class WmiJobs(IWmi wmi, HyperVOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Invokes and waits for the end. The cancellation ends the wait, not the job: calls whose effect must be known pass
    /// <see cref="CancellationToken.None"/> and look at their own token afterwards.
    /// </summary>
    public async Task<CallOutcome> InvokeAsync(string path, string method, CancellationToken cancellation, params (string Parameter, object? Value)[] arguments)
    {
        var answer = await wmi.InvokeAsync(path, method, WmiQueries.Arguments(arguments), cancellation);
        var code = answer.Get<uint>(nameof(ReturnValue));
        if (code != (uint)ReturnValue.JobStarted) return new(method, code, CodeText(code), answer, null);

        return answer.Get<string>("Job") is { } job
            ? await WaitAsync(method, job, answer, cancellation)
            : new(method, (uint)ReturnValue.StatusIsUnknown, "the host started a job and did not name it", answer, null);
    }

    /// <summary>The object that a call made: from the out parameter where the call was done at once, otherwise by association from the job, never by name.</summary>
    public async Task<WmiObject?> ResultAsync(CallOutcome outcome, string outParameter, string resultClass, CancellationToken cancellation)
    {
        if (outcome.Out.Get<string>(outParameter) is { Length: > 0 } path && await wmi.GetAsync(path, cancellation) is { } direct) return direct;
        if (outcome.JobPath is null) return null;
        try
        {
            var affected = await wmi.AssociatorsAsync(outcome.JobPath, nameof(Msvm_AffectedJobElement), resultClass, cancellation);
            return affected is [var first, ..] ? first : null;
        }
        catch (WmiException e) when (e.Code == WbemCode.NotFound)
        {
            // The job was dropped just now: the caller looks for the effect.
            return null;
        }
    }

    private async Task<CallOutcome> WaitAsync(string method, string jobPath, WmiObject answer, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstLook; ; pause = Longer(pause))
        {
            if (await wmi.GetAsync(jobPath, cancellation) is not { } job) return new(method, 0, "", answer, jobPath, Vanished: true);
            switch ((Msvm_ConcreteJob.JobStateValue)job.Get<int>(Msvm_ConcreteJob.JobState))
            {
                case Msvm_ConcreteJob.JobStateValue.Completed or Msvm_ConcreteJob.JobStateValue.CompletedWithWarnings:
                    return new(method, 0, "", answer, jobPath);
                case Msvm_ConcreteJob.JobStateValue.Terminated or Msvm_ConcreteJob.JobStateValue.Killed or Msvm_ConcreteJob.JobStateValue.Exception:
                    return await FailedAsync(method, job, jobPath, answer, cancellation);
            }

            if (time.GetElapsedTime(started) > options.JobTimeLimit)
            {
                var minutes = options.JobTimeLimit.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);
                return new(method, (uint)ReturnValue.Timeout, $"the host did not finish within {minutes} minutes", answer, jobPath);
            }

            await Task.Delay(pause, time, cancellation);
        }
    }

    private async Task<CallOutcome> FailedAsync(string method, WmiObject job, string jobPath, WmiObject answer, CancellationToken cancellation)
    {
        var code = job.Get<uint>(Msvm_ConcreteJob.ErrorCode);
        if (code == 0) code = (uint)ReturnValue.Failed;
        var texts = await ErrorsAsync(jobPath, cancellation);
        var text = texts.Count > 0 ? string.Join(" ", texts)
            : job.Get<string>(Msvm_ConcreteJob.ErrorDescription) is { Length: > 0 } description ? description
            : job.Get<string>(Msvm_ConcreteJob.JobStatus) is { Length: > 0 } status ? status : CodeText(code);
        return new(method, code, text.Trim(), answer, jobPath);
    }

    /// <summary>GetErrorEx gives the whole list, ErrorDescription only the last one; a host that has already dropped the job gives nothing.</summary>
    private async Task<IReadOnlyList<string>> ErrorsAsync(string jobPath, CancellationToken cancellation)
    {
        try
        {
            var answer = await wmi.InvokeAsync(jobPath, nameof(Msvm_ConcreteJob.GetErrorEx), WmiQueries.Arguments(), cancellation);
            return answer.Embedded(Msvm_ConcreteJob.GetErrorEx.Errors)
                .Select(e => e.Get<string>(Msvm_Error.Message)?.Trim() ?? "").Where(m => m.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        }
        catch (WmiException)
        {
            return [];
        }
    }

    private TimeSpan Longer(TimeSpan pause) => pause * 1.5 < options.JobPollLongest ? pause * 1.5 : options.JobPollLongest;

    private static string CodeText(uint code) => code switch
    {
        (uint)ReturnValue.Completed => "",
        (uint)ReturnValue.AccessDenied => "access denied",
        1 or (uint)ReturnValue.NotSupported => "not supported",
        3 or (uint)ReturnValue.Timeout => "timeout",
        4 or (uint)ReturnValue.InvalidParameter => "invalid parameter",
        (uint)ReturnValue.SystemIsInUse => "the system is in use",
        5 or (uint)ReturnValue.InvalidState => "invalid state for this operation",
        (uint)ReturnValue.IncorrectDataType => "incorrect data type",
        (uint)ReturnValue.SystemIsNotAvailable => "the system is not available",
        (uint)ReturnValue.OutOfMemory => "out of memory",
        (uint)ReturnValue.FileNotFound => "file not found",
        _ => $"the host answered {code}",
    };
}
