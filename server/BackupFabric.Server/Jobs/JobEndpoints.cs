using BackupFabric.Protos.Rest;
using BackupFabric.Server.Api;

namespace BackupFabric.Server.Jobs;

internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Jobs, (string? state, string? vm, int? limit, JobQueries jobs, CancellationToken cancellation) =>
                jobs.ListAsync(state, vm, limit, cancellation))
            .WithTags("Jobs").WithName("ListJobs").WithSummary("Jobs, newest first")
            .WithDescription("?state= takes one or more states, separated by commas, or 'live'; ?vm= an id or name; ?limit= 1 to 1000, default 100.");
        routes.MapGet(Routes.Job, async (string job, JobQueries jobs, JobDesk desk, CancellationToken cancellation) =>
                await ShowAsync(await jobs.IdOfAsync(job, cancellation), desk, cancellation))
            .WithTags("Jobs").WithName("ShowJob").WithSummary("One job, by id or the beginning of it");
        routes.MapPost(Routes.JobCancel, CancelAsync)
            .WithTags("Jobs").WithName("CancelJob").WithSummary("Cancels a job; its agent cleans up what it began");
        routes.MapGet(Routes.JobEvents, async (string job, JobQueries jobs, JobStream stream, CancellationToken cancellation) =>
                TypedResults.ServerSentEvents(stream.WatchAsync(await jobs.IdOfAsync(job, cancellation), cancellation), "job"))
            .WithTags("Jobs").WithName("WatchJob").WithSummary("The job's view at every change until it has ended, as server-sent events");
    }

    private static async Task<JobView> CancelAsync(
        string job, JobQueries jobs, JobCancellation cancel, JobDesk desk, CancellationToken cancellation)
    {
        var id = await jobs.IdOfAsync(job, cancellation);
        await cancel.CancelAsync(id, cancellation);
        return await ShowAsync(id, desk, cancellation);
    }

    private static async Task<JobView> ShowAsync(Guid jobId, JobDesk desk, CancellationToken cancellation) =>
        (await desk.FindAsync(jobId, cancellation) ?? throw JobProblems.NotFound(jobId.ToString("D")).Because()).ToView();
}
