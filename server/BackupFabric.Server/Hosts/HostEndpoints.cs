using System.Security.Claims;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Server.Hosts;

internal static class HostEndpoints
{
    public static void MapHosts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Hosts, (HostQueries hosts, CancellationToken cancellation) => hosts.ListAsync(cancellation))
            .WithTags("Hosts").WithName("ListHosts").WithSummary("All hosts, by name");
        routes.MapGet(Routes.Host, (string host, HostQueries hosts, CancellationToken cancellation) => hosts.ShowAsync(host, cancellation))
            .WithTags("Hosts").WithName("ShowHost").WithSummary("One host, by id or name");
        routes.MapPost(Routes.HostToken, (HostTokenRequest request, HostEnrolment enrolment, ClaimsPrincipal user, CancellationToken cancellation) =>
                enrolment.CreateTokenAsync(request, user.Identity?.Name ?? "?", cancellation))
            .WithTags("Hosts").WithName("CreateHostToken").WithSummary("A one-time token with which one host can enrol")
            .WithDescription("The token is shown once. Bound to a host name, it may also replace that host's present enrolment.");
        routes.MapDelete(Routes.Host, RevokeAsync)
            .WithTags("Hosts").WithName("RevokeHost").WithSummary("Revokes a host: its streams end at once and its certificate is refused from then on");
    }

    private static async Task<HostView> RevokeAsync(
        string host, HostQueries hosts, HostRevocation revocation, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var found = await hosts.FindAsync(host, cancellation);
        await revocation.RevokeAsync(found.Id, user.Identity?.Name ?? "?", cancellation);
        return await hosts.ShowAsync(found.Id.ToString("D"), cancellation);
    }
}
