using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;

namespace BackupFabric.Server.Jobs;

/// <summary>One piece of long work for one VM. Changed only through <see cref="JobDesk"/>.</summary>
internal sealed class Job : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>The id as 32 hex digits, to be found by its beginning.</summary>
    public required string IdText { get; init; }

    public required JobKind Kind { get; init; }

    public JobState State { get; set; }

    public required Guid VmId { get; init; }

    public required string VmName { get; set; }

    /// <summary>Where it runs or last ran; a recovery's target from the start.</summary>
    public Guid? HostId { get; set; }

    public string? HostName { get; set; }

    /// <summary>Raised each time the order is sent; everything that belongs to an older attempt is refused.</summary>
    public int Attempt { get; set; }

    /// <summary>Placement epoch under which the order was sent.</summary>
    public long Epoch { get; set; }

    /// <summary>Times it was deferred after a failure that passes.</summary>
    public int Retries { get; set; }

    /// <summary>Times its agent was lost while it ran.</summary>
    public int TimesLost { get; set; }

    public ConsistencyContract Contract { get; init; }

    public bool Full { get; init; }

    /// <summary>The point that a backup makes, or that a recovery takes.</summary>
    public required Guid PointId { get; init; }

    /// <summary>A backup's point is committed.</summary>
    public bool PointExists { get; set; }

    public string? RecoverName { get; init; }

    public string? RecoverFolder { get; init; }

    public bool NewIdentity { get; init; }

    public Guid? RecoveredVmId { get; set; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Not given to an agent before.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? WaitingSince { get; set; }

    /// <summary>SHA-256 of the one-job ticket of the present attempt.</summary>
    public string? TicketHash { get; set; }

    public bool CancelRequested { get; set; }

    public string? Phase { get; set; }

    public long DoneBytes { get; set; }

    public long WorkBytes { get; set; }

    public long ReadBytes { get; set; }

    public long SentBytes { get; set; }

    public string? Detail { get; set; }

    public string? FiguresJson { get; set; }

    /// <summary>Why it failed, or what a waiting or deferred job waits for.</summary>
    public string? ProblemJson { get; set; }

    public string WarningsJson { get; set; } = "[]";

    /// <summary>What no second live job may claim; null once ended. Unique, so that the database holds the rule.</summary>
    public string? Claim { get; set; }

    public long Version { get; set; }

    public static string BackupClaim(Guid vmId) => $"backup:{vmId:N}";

    public static string RecoverClaim(Guid hostId, string name) => $"recover:{hostId:N}:{name.ToUpperInvariant()}";

    public JobView ToView() => new(
        Id, Kind == JobKind.Backup ? "backup" : "recover", State.Word(), State == JobState.Running ? Phase : null, VmId, VmName, HostName,
        Attempt, CreatedAt, StartedAt, EndedAt,
        new JobProgressView(DoneBytes, WorkBytes, ReadBytes, SentBytes, Detail),
        CatalogJson.Read<JobFiguresView>(FiguresJson) ?? new JobFiguresView(0, 0, 0, 0, 0, 0, 0, 0),
        CatalogJson.Read<ProblemView>(ProblemJson), CatalogJson.ReadList<ProblemView>(WarningsJson),
        Kind == JobKind.Recover || PointExists ? PointId : null, RecoveredVmId, CancelRequested);

    public void Explain(Problem? problem) => ProblemJson = problem is null ? null : CatalogJson.Write(problem.ToView());
}
