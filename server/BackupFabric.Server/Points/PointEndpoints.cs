using BackupFabric.Protos.Rest;
using BackupFabric.Server.Placements;

namespace BackupFabric.Server.Points;

internal static class PointEndpoints
{
    private const int ListMax = 10_000;

    public static void MapPoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Points, ListAsync)
            .WithTags("Recovery points").WithName("ListPoints").WithSummary("Recovery points, newest first; of one VM with ?vm= (id or name)");
        routes.MapGet(Routes.Point, async (string point, PointBook points, CancellationToken cancellation) =>
                (await points.FindAsync(point, cancellation)).ToView())
            .WithTags("Recovery points").WithName("ShowPoint").WithSummary("One recovery point, by id or the beginning of it");
    }

    private static async Task<IEnumerable<PointView>> ListAsync(string? vm, PointBook points, VmQueries vms, CancellationToken cancellation)
    {
        Guid? vmId = string.IsNullOrWhiteSpace(vm) ? null : await vms.IdOfAsync(vm, cancellation);
        return (await points.ListAsync(vmId, ListMax, cancellation)).Select(point => point.ToView());
    }
}
