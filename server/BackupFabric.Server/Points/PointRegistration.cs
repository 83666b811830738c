namespace BackupFabric.Server.Points;

internal static class PointRegistration
{
    public static IServiceCollection AddPoints(this IServiceCollection services) => services.AddSingleton<PointBook>();
}
