using BackupFabric.Server.Start;

namespace BackupFabric.Server.Authority;

internal static class AuthorityRegistration
{
    public static IServiceCollection AddAuthority(this IServiceCollection services, AllSettings settings) => services
        .AddSingleton(provider => CertificateAuthority.LoadOrMake(settings.Server.AuthorityFolder, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ServerCertificate>()
        .AddHostedService<CertificateRenewal>();
}
