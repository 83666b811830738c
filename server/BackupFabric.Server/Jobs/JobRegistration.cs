namespace BackupFabric.Server.Jobs;

internal static class JobRegistration
{
    public static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddSingleton<JobFeed>()
        .AddSingleton<JobBoard>()
        .AddSingleton<DispatchSignal>()
        .AddSingleton<JobDesk>()
        .AddSingleton<JobTickets>()
        .AddSingleton<OutcomeIntake>()
        .AddSingleton<JobCancellation>()
        .AddSingleton<JobQueries>()
        .AddSingleton<JobStream>()
        .AddHostedService<Dispatcher>()
        .AddHostedService<ProgressSaver>();
}
