using System.Security.Claims;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Server.Backups;

internal static class BackupEndpoints
{
    public static void MapBackups(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Routes.VmBackup, AcceptAsync)
            .WithTags("Virtual machines").WithName("BackUpVm").WithSummary("Backs up a virtual machine now")
            .WithDescription("The answer names the job, which goes on by itself; its state is at GET /api/v1/jobs/{job}.")
            .Produces<JobAccepted>(StatusCodes.Status202Accepted);

    private static async Task<IResult> AcceptAsync(
        string vm, BackupRequest? request, BackupRequests requests, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var accepted = await requests.RequestAsync(vm, request ?? new BackupRequest(), user.Identity?.Name ?? "?", cancellation);
        return Results.Accepted(Routes.Job.Replace("{job}", accepted.JobId.ToString("D"), StringComparison.Ordinal), accepted);
    }
}
