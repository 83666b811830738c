using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Recoveries;

internal static class RecoverRegistration
{
    public static IServiceCollection AddRecoveries(this IServiceCollection services) => services
        .AddSingleton<RecoverRequests>()
        .AddSingleton<PullSender>()
        .AddSingleton<IWorkOrderSource, RecoverOrders>();
}
