namespace BackupFabric.Server.Control;

internal static class ControlRegistration
{
    public static IServiceCollection AddControl(this IServiceCollection services) => services
        .AddSingleton<ConnectedHosts>()
        .AddSingleton<HostJobs>()
        .AddSingleton<HostPresence>()
        .AddSingleton<AgentMessages>()
        .AddSingleton<AgentSession>();
}
