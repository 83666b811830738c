using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BackupFabric.Agent.Service.Commands;

internal static class RunCommand
{
    public static Command Create()
    {
        var lab = new Option<string?>("--lab") { Description = "Work on a host of the lab in this folder instead of on this machine.", HelpName = "FOLDER" };
        var host = new Option<string?>("--host") { Description = "Which host of the lab.", HelpName = "NAME" };
        var data = SharedOptions.Data();
        var command = new Command("run", "Run the agent until it is stopped (console, systemd).") { data, lab, host };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(lab) is null != parsed.GetValue(host) is null)
                parsed.AddError("--lab and --host go together: a folder with a lab, and the name of a host in it.");
        });
        command.SetAction((parsed, cancellation) =>
            SharedOptions.OutputOf(parsed).RunAsync(() => RunAsync(parsed.GetValue(data)!, parsed.GetValue(lab), parsed.GetValue(host), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(string data, string? lab, string? host, CancellationToken cancellation)
    {
        using var logs = LoggerFactory.Create(Configure);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        var hypervisor = HypervisorChoice.Open(lab, host, logs);
        var agent = new BackupAgent(new AgentOptions { DataFolder = data }, hypervisor, logs, TimeProvider.System) { Ready = ServiceNotification.Ready };
        await agent.RunAsync(stop.Token);
        return ExitCodes.Ok;
    }

    // One line per event, on standard error.
    private static void Configure(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(line =>
        {
            line.SingleLine = true;
            line.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            line.UseUtcTimestamp = true;
            line.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    // The process ends when the agent has cleaned up, not when the signal comes.
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        ServiceNotification.Stopping();
        stop.Cancel();
    }
}
