using BackupFabric.Protos.Rest;

namespace BackupFabric.Server.Placements;

internal static class VmEndpoints
{
    public static void MapVms(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Routes.Vms, (VmQueries vms, CancellationToken cancellation) => vms.ListAsync(cancellation))
            .WithTags("Virtual machines").WithName("ListVms").WithSummary("All virtual machines that hosts report or have reported");
        routes.MapGet(Routes.Vm, (string vm, VmQueries vms, CancellationToken cancellation) => vms.ShowAsync(vm, cancellation))
            .WithTags("Virtual machines").WithName("ShowVm").WithSummary("One virtual machine, by id or name");
    }
}
