namespace BackupFabric.Server.Placements;

internal static class PlacementRegistration
{
    public static IServiceCollection AddPlacements(this IServiceCollection services) => services
        .AddSingleton<PlacementBook>()
        .AddSingleton<InventoryIntake>()
        .AddSingleton<VmQueries>();
}
