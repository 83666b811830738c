namespace BackupFabric.Protos.Rest;

/// <param name="Contract">application-preferred (default), application-required, crash-accepted, offline-accepted.</param>
/// <param name="Full">Read everything allocated and compare, though change tracking could be asked (a consistency check).</param>
public sealed record BackupRequest(string? Contract = null, bool Full = false);

public sealed record RecoverVmRequest(Guid PointId, string ToHost, string? Name = null, string? Path = null);

public sealed record JobAccepted(Guid JobId);

/// <param name="Kind">backup, recover.</param>
/// <param name="State">queued, waiting, running, succeeded, succeeded-with-warnings, failed, cancelled.</param>
/// <param name="Phase">Of a running job: snapshot, reading, committing, merging, writing, importing.</param>
public sealed record JobView(Guid Id, string Kind, string State, string? Phase, Guid VmId, string VmName, string? HostName, int Attempt,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, JobProgressView Progress, JobFiguresView Figures,
    ProblemView? Problem, IReadOnlyList<ProblemView> Warnings, Guid? PointId, Guid? RecoveredVmId, bool CancelRequested)
{
    public bool Ended => State is "succeeded" or "succeeded-with-warnings" or "failed" or "cancelled";
}

/// <param name="WorkBytes">0 while not known.</param>
public sealed record JobProgressView(long DoneBytes, long WorkBytes, long ReadBytes, long SentBytes, string? Detail);

public sealed record JobFiguresView(long DiskBytes, long ReadBytes, long ChangedBytes, long OfferedBlocks, long SentBlocks, long SentBytes, long WrittenBytes, int Resumed);
