using BackupFabric.Server.Api;
using BackupFabric.Server.SignIn;
using BackupFabric.Server.Start;

namespace BackupFabric.Server;

internal static class Program
{
    private const int ExitWell = 0;
    private const int ExitWrongStart = 2;

    private static async Task<int> Main(string[] args)
    {
        if (args is ["--version"]) return Print(HealthEndpoints.Version);
        if (args is ["--help" or "-h"]) return Print(CommandLine.Usage);
        try
        {
            await using var host = await ServerHost.StartAsync(args, CancellationToken.None);
            Announce(host);
            SystemdNotice.Ready();
            await host.App.WaitForShutdownAsync();
            SystemdNotice.Stopping();
            return ExitWell;
        }
        catch (StartException wrong)
        {
            await Console.Error.WriteLineAsync($"bf-server: {wrong.Message}{Environment.NewLine}{wrong.Advice}");
            return ExitWrongStart;
        }
    }

    private static void Announce(ServerHost host)
    {
        Console.WriteLine($"BackupFabric {HealthEndpoints.Version} listens at {host.Address.Local} ({host.Address.Public}).");
        Console.WriteLine($"Its authority's fingerprint (SHA-256): {host.Fingerprint}");
        if (host.FirstPassword is not { } password) return;
        Console.WriteLine($"First sign-in: user {FirstAccount.UserName}, password {password}");
        Console.WriteLine($"(also in {FirstAccount.FileName} in the data folder; remove it when you have noted it)");
    }

    private static int Print(string text)
    {
        Console.WriteLine(text);
        return ExitWell;
    }
}
