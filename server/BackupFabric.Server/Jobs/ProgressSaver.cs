using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Jobs;

/// <summary>Writes the latest progress of running jobs to the catalog now and then, so that it survives the server without a write per message.</summary>
internal sealed partial class ProgressSaver(
    IDbContextFactory<CatalogContext> catalog, JobBoard board, JobSettings settings, TimeProvider time, ILogger<ProgressSaver> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.ProgressSavedEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TrySaveAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last values come again from the agents.
        }
    }

    private async Task TrySaveAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var live in board.Live.Where(live => !ReferenceEquals(live.Progress, live.Saved))) await SaveAsync(live, cancellation);
        }
        catch (DbUpdateException failure)
        {
            LogNotSaved(failure);
        }
        catch (Microsoft.Data.Sqlite.SqliteException failure)
        {
            LogNotSaved(failure);
        }
    }

    private async Task SaveAsync(LiveJob live, CancellationToken cancellation)
    {
        if (live.Progress is not { } progress) return;
        var (phase, detail) = (Cut(progress.Phase, 30), Cut(progress.Detail, 255));
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        // Not through the version: progress must never make a decision about the job start over.
        await context.Jobs
            .Where(job => job.Id == live.JobId && job.Attempt == live.Attempt && job.State == JobState.Running)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(job => job.Phase, phase)
                    .SetProperty(job => job.DoneBytes, (long)progress.DoneBytes)
                    .SetProperty(job => job.WorkBytes, (long)progress.WorkBytes)
                    .SetProperty(job => job.ReadBytes, (long)progress.ReadBytes)
                    .SetProperty(job => job.SentBytes, (long)progress.SentBytes)
                    .SetProperty(job => job.Detail, detail),
                cancellation);
        live.Saved = progress;
    }

    private static string Cut(string text, int lengthMax) => text.Length <= lengthMax ? text : text[..lengthMax];

    [LoggerMessage(LogLevel.Warning, "Progress could not be saved; the next turn tries again.")]
    private partial void LogNotSaved(Exception failure);
}
