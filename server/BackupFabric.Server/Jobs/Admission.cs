namespace BackupFabric.Server.Jobs;

internal enum AdmissionVerdict
{
    /// <summary>Stays as it is until a limit or its time frees it.</summary>
    Stay = 0,
    Send = 1,

    /// <summary>Its host is away, or the VM has none.</summary>
    Hold = 2,
}

/// <param name="HostId">Where it has to run: the VM's present place, or a recovery's target.</param>
/// <param name="HostReady">Connected, and its first inventory has come.</param>
internal sealed record AdmissionCandidate(
    Guid JobId, JobKind Kind, DateTimeOffset CreatedAt, DateTimeOffset? NotBefore, Guid? HostId, bool HostConnected, bool HostReady);

internal readonly record struct AdmissionDecision(Guid JobId, AdmissionVerdict Verdict);

/// <summary>Which jobs may start now. Pure: the same jobs, counts and time give the same answer.</summary>
internal static class Admission
{
    /// <param name="runningPerHost">Running jobs by host.</param>
    public static IReadOnlyList<AdmissionDecision> Decide(
        IEnumerable<AdmissionCandidate> candidates, IReadOnlyDictionary<Guid, int> runningPerHost, JobSettings limits, DateTimeOffset now)
    {
        var running = new Dictionary<Guid, int>(runningPerHost);
        var total = running.Values.Sum();
        var decisions = new List<AdmissionDecision>();
        // A restore is what somebody stands and waits for; after that, whoever came first.
        foreach (var job in candidates.OrderByDescending(job => job.Kind == JobKind.Recover).ThenBy(job => job.CreatedAt).ThenBy(job => job.JobId))
        {
            var verdict = VerdictOn(job, running, total, limits, now);
            decisions.Add(new AdmissionDecision(job.JobId, verdict));
            if (verdict != AdmissionVerdict.Send) continue;
            running[job.HostId!.Value] = running.GetValueOrDefault(job.HostId.Value) + 1;
            total++;
        }

        return decisions;
    }

    private static AdmissionVerdict VerdictOn(
        AdmissionCandidate job, Dictionary<Guid, int> running, int total, JobSettings limits, DateTimeOffset now)
    {
        if (job.HostId is not { } host || !job.HostConnected) return AdmissionVerdict.Hold;
        if (!job.HostReady || job.NotBefore > now) return AdmissionVerdict.Stay;
        return total < limits.RunningMax && running.GetValueOrDefault(host) < limits.RunningPerHostMax
            ? AdmissionVerdict.Send
            : AdmissionVerdict.Stay;
    }
}
