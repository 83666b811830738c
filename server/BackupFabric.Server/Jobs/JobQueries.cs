using BackupFabric.Protos.Rest;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Placements;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.Jobs;

internal sealed class JobQueries(IDbContextFactory<CatalogContext> catalog, JobBoard board, VmQueries vms)
{
    private const int LimitDefault = 100;
    private const int LimitMax = 1000;
    private const int MatchesShown = 5;

    public async Task<IReadOnlyList<JobView>> ListAsync(string? state, string? vm, int? limit, CancellationToken cancellation)
    {
        var states = StatesOf(state);
        Guid? vmId = string.IsNullOrWhiteSpace(vm) ? null : await vms.IdOfAsync(vm, cancellation);
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var rows = await context.Jobs.AsNoTracking()
            .Where(job => states.Contains(job.State) && (vmId == null || job.VmId == vmId))
            .OrderByDescending(job => job.CreatedAt)
            .Take(Math.Clamp(limit ?? LimitDefault, 1, LimitMax))
            .ToListAsync(cancellation);
        return [.. rows.Select(job => board.Overlay(job).ToView())];
    }

    public async Task<Guid> IdOfAsync(string text, CancellationToken cancellation)
    {
        var prefix = IdPrefix.Parse(text) ?? throw JobProblems.NotFound(text).Because();
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var matches = await context.Jobs
            .Where(job => job.IdText.StartsWith(prefix))
            .Select(job => new { job.Id, job.IdText })
            .Take(MatchesShown)
            .ToListAsync(cancellation);
        return matches.Count switch
        {
            1 => matches[0].Id,
            0 => throw JobProblems.NotFound(text).Because(),
            _ => throw ApiProblems.IdAmbiguous(text, matches.Select(match => match.IdText[..12])).Because(),
        };
    }

    private static List<JobState> StatesOf(string? words)
    {
        if (string.IsNullOrWhiteSpace(words)) return [.. Enum.GetValues<JobState>()];
        var states = new List<JobState>();
        foreach (var word in words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "live") states.AddRange(JobStates.Live);
            else if (JobStates.TryParse(word, out var state)) states.Add(state);
            else throw JobProblems.StateUnknown(word).Because();
        }

        return states;
    }
}
