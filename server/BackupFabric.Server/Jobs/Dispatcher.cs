using BackupFabric.Protos.V1;
using BackupFabric.Server.Control;
using BackupFabric.Server.Placements;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace BackupFabric.Server.Jobs;

/// <summary>Gives jobs to agents: looks at all live jobs whenever something happened or a time is due, lets <see cref="Admission"/> decide, and acts.</summary>
internal sealed partial class Dispatcher(
    JobDesk desk,
    JobBoard board,
    DispatchSignal signal,
    ConnectedHosts hosts,
    PlacementBook placements,
    IEnumerable<IWorkOrderSource> sources,
    JobSettings settings,
    TimeProvider time,
    ILogger<Dispatcher> log) : BackgroundService
{
    /// <summary>Leases and waiting times are looked at this often at least.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<JobKind, IWorkOrderSource> _sources = sources.ToDictionary(source => source.Kind);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PassAsync(stoppingToken);
                await signal.WaitAsync(LookEvery, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // One bad pass must not end all backups; the next one sees the same jobs again.
                LogPassFailed(failure);
                await Task.Delay(LookEvery, time, stoppingToken);
            }
        }
    }

    internal async Task PassAsync(CancellationToken cancellation)
    {
        var live = await desk.LiveAsync(cancellation);
        if (live.Count == 0) return;
        var now = time.GetUtcNow();
        foreach (var job in live.Where(job => job.State == JobState.Running && board.IsLeaseOver(job.Id, now)))
            await LoseAsync(job, cancellation);
        foreach (var job in live.Where(job => job.State == JobState.Waiting && job.WaitingSince + settings.WaitForHostMax <= now))
            await GiveUpWaitingAsync(job, now, cancellation);
        await AdmitAsync(live, now, cancellation);
    }

    private Task<Job?> LoseAsync(Job job, CancellationToken cancellation) =>
        desk.ChangeAsync(job.Id, current => JobLoss.Decide(current, job.Attempt), cancellation);

    private Task<Job?> GiveUpWaitingAsync(Job job, DateTimeOffset now, CancellationToken cancellation) => desk.ChangeAsync(
        job.Id,
        current =>
        {
            if (current.State != JobState.Waiting || current.WaitingSince is not { } since) return null;
            current.Explain(current.HostName is { } host ? JobProblems.AgentLost(host, now - since) : JobProblems.VmNotPlaced(current.VmName));
            return JobEvent.Failed;
        },
        cancellation);

    private async Task AdmitAsync(IReadOnlyList<Job> live, DateTimeOffset now, CancellationToken cancellation)
    {
        var open = live.Where(job => job.State is JobState.Queued or JobState.Waiting).ToDictionary(job => job.Id);
        if (open.Count == 0) return;
        var places = await placements.OfAsync([.. open.Values.Where(job => job.Kind == JobKind.Backup).Select(job => job.VmId)], cancellation);
        var running = live.Where(job => job.State == JobState.Running && job.HostId is not null)
            .GroupBy(job => job.HostId!.Value)
            .ToDictionary(group => group.Key, group => group.Count());
        var candidates = open.Values.Select(job => CandidateOf(job, places, now)).ToList();
        foreach (var (jobId, verdict) in Admission.Decide(candidates, running, settings, now))
        {
            var job = open[jobId];
            var place = PlaceOf(job, places);
            if (verdict == AdmissionVerdict.Hold) await HoldAsync(job, place, cancellation);
            else if (verdict == AdmissionVerdict.Send) await SendAsync(job, place!.Value, cancellation);
        }
    }

    private AdmissionCandidate CandidateOf(Job job, IReadOnlyDictionary<Guid, VmPlace> places, DateTimeOffset now)
    {
        var host = PlaceOf(job, places)?.HostId;
        var link = host is { } id ? hosts.Find(id) : null;
        var ready = link is not null && (link.Inventoried || link.ConnectedAt + settings.InventoryGrace <= now);
        return new AdmissionCandidate(job.Id, job.Kind, job.CreatedAt, job.NotBefore, host, link is not null, ready);
    }

    private static VmPlace? PlaceOf(Job job, IReadOnlyDictionary<Guid, VmPlace> places) =>
        job.Kind == JobKind.Recover
            ? new VmPlace(job.HostId!.Value, job.HostName ?? "", 0)
            : places.TryGetValue(job.VmId, out var place) ? place : null;

    private async Task HoldAsync(Job job, VmPlace? place, CancellationToken cancellation)
    {
        if (job.State == JobState.Waiting) return;
        await desk.ChangeAsync(
            job.Id,
            current =>
            {
                if (current.State != JobState.Queued) return null;
                current.HostName = place?.HostName ?? current.HostName;
                current.Explain(place is { } away ? JobProblems.WaitingForHost(away.HostName) : JobProblems.VmNotPlaced(current.VmName));
                return JobEvent.Held;
            },
            cancellation);
    }

    private async Task SendAsync(Job job, VmPlace place, CancellationToken cancellation)
    {
        if (hosts.Find(place.HostId) is not { } link) return;
        var (ticket, hash) = JobTickets.Issue();
        var order = new WorkOrder
        {
            JobId = job.Id.ToString("D"),
            Attempt = (uint)job.Attempt + 1,
            Epoch = (ulong)place.Epoch,
            Lease = settings.Lease.ToDuration(),
            Ticket = ByteString.CopyFrom(ticket),
        };
        var impossible = await _sources[job.Kind].FillAsync(order, job, cancellation);
        var sent = await desk.ChangeAsync(job.Id, current => Take(current, job, place, hash, impossible), cancellation);
        if (sent is not { State: JobState.Running } || sent.TicketHash != hash) return;
        board.Start(job.Id, place.HostId, sent.Attempt);
        if (link.TryPost(new AgentDown { Order = order }) && ReferenceEquals(hosts.Find(place.HostId), link)) return;
        await LoseAsync(sent, cancellation);
    }

    private JobEvent? Take(Job current, Job seen, VmPlace place, string ticketHash, Problem? impossible)
    {
        // Cancelled or changed since it was looked at: the next pass decides anew.
        if (current.State is not (JobState.Queued or JobState.Waiting) || current.Attempt != seen.Attempt) return null;
        if (impossible is not null)
        {
            current.Explain(impossible);
            return JobEvent.Failed;
        }

        // A job that waits after an attempt had an agent that lost it.
        if (current is { State: JobState.Waiting, Attempt: > 0 } && ++current.TimesLost > settings.TimesLostMax)
        {
            current.Explain(JobProblems.AgentKeepsFailing(place.HostName, current.TimesLost));
            return JobEvent.Failed;
        }

        (current.HostId, current.HostName, current.Epoch) = (place.HostId, place.HostName, place.Epoch);
        current.Attempt++;
        current.TicketHash = ticketHash;
        (current.Phase, current.Detail) = (null, null);
        (current.DoneBytes, current.WorkBytes, current.ReadBytes, current.SentBytes) = (0, 0, 0, 0);
        return JobEvent.Sent;
    }

    [LoggerMessage(LogLevel.Error, "A pass of the dispatcher failed; it is tried again.")]
    private partial void LogPassFailed(Exception failure);
}
