using BackupFabric.Server.Jobs;

namespace BackupFabric.Server.Backups;

internal static class BackupRegistration
{
    public static IServiceCollection AddBackups(this IServiceCollection services) => services
        .AddSingleton<PushWorks>()
        .AddSingleton<PushCommitter>()
        .AddSingleton<PushReceiver>()
        .AddSingleton<BaselineBook>()
        .AddSingleton<BackupRequests>()
        .AddSingleton<IWorkOrderSource, ProtectOrders>();
}
