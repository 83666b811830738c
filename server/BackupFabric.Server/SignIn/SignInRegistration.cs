namespace BackupFabric.Server.SignIn;

internal static class SignInRegistration
{
    public static IServiceCollection AddSignIn(this IServiceCollection services) => services
        .AddSingleton<SignInBrake>()
        .AddSingleton<SignInDesk>()
        .AddSingleton<FirstAccount>();
}
