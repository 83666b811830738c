namespace BackupFabric.Server.Hosts;

internal static class HostRegistration
{
    public static IServiceCollection AddHosts(this IServiceCollection services) => services
        .AddSingleton<HostRegister>()
        .AddSingleton<HostCalls>()
        .AddSingleton<HostEnrolment>()
        .AddSingleton<HostQueries>()
        .AddSingleton<HostAvailability>()
        .AddSingleton<HostRevocation>();
}
