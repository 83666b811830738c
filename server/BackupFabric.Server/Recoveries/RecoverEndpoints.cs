using System.Security.Claims;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Server.Recoveries;

internal static class RecoverEndpoints
{
    public static void MapRecoveries(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Routes.RecoverVm, AcceptAsync)
            .WithTags("Recovery").WithName("RecoverVm").WithSummary("Recovers a virtual machine to a host, beside whatever is there")
            .WithDescription("The answer names the job. An existing VM is never overwritten; while the original exists, the recovered VM gets an identity of its own.")
            .Produces<JobAccepted>(StatusCodes.Status202Accepted);

    private static async Task<IResult> AcceptAsync(
        RecoverVmRequest request, RecoverRequests requests, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var accepted = await requests.RequestAsync(request, user.Identity?.Name ?? "?", cancellation);
        return Results.Accepted(Routes.Job.Replace("{job}", accepted.JobId.ToString("D"), StringComparison.Ordinal), accepted);
    }
}
