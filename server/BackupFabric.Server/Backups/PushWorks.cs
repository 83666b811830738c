using BackupFabric.BlockStore;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Start;

namespace BackupFabric.Server.Backups;

/// <summary>The transfers that are under way, by job and attempt.</summary>
internal sealed class PushWorks(Repository repository, ServerSettings server, TransferSettings settings, TimeProvider time) : IDisposable
{
    private readonly Dictionary<(Guid JobId, int Attempt), PushWork> _works = [];
    private readonly Lock _gate = new();

    /// <summary>Bounds the batches in memory over all streams.</summary>
    public SemaphoreSlim Room { get; } = new(settings.BatchesInFlightServerMax);

    public PushWork Join(Job job)
    {
        lock (_gate)
        {
            if (!_works.TryGetValue((job.Id, job.Attempt), out var work))
            {
                work = new PushWork(job, repository.BeginSession(), new SpanSpool(server.SpoolFolder), time.GetUtcNow());
                _works.Add((job.Id, job.Attempt), work);
            }

            work.StreamsOpen++;
            return work;
        }
    }

    public async ValueTask LeaveAsync(PushWork work)
    {
        lock (_gate)
        {
            if (--work.StreamsOpen > 0) return;
            _works.Remove((work.JobId, work.Attempt));
        }

        await work.DisposeAsync();
    }

    public void Dispose() => Room.Dispose();
}
