using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf host`: hosts with an agent.</summary>
internal static class HostCommands
{
    private const string TokenExample =
        """
        Example:
          bf host token --host hv-01
        """;

    public static Command Create(BfCommand bf) => new("host", "Hosts with an agent.") { Token(bf), List(bf), Show(bf), Revoke(bf) };

    private static Argument<string> HostArgument() => new("host") { Description = "Name or id." };

    private static Command Token(BfCommand bf)
    {
        var name = new Option<string?>("--host") { Description = "Only a host of this name may use the token.", HelpName = "NAME" };
        var minutes = new Option<int>("--minutes") { Description = "How long it may be used (1 to 1440).", DefaultValueFactory = _ => 60 }.Within(1, 1440);
        var command = new Command("token", "Make a one-time token that enrols one agent. It is shown once.") { name, minutes };
        bf.Explain(command, TokenExample);
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var token = await server.PostAsync<HostTokenView>(Routes.HostToken, new HostTokenRequest(parsed.GetValue(name), parsed.GetValue(minutes)), cancellation);
            printer.Result(token, t =>
            {
                Printer.Line(t.Token);
                printer.Note($"Usable once, until {Units.Time(t.ExpiresAt)}. On the host: bf-agent enrol --server {t.ServerAddress} --token {t.Token}");
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(BfCommand bf)
    {
        var command = new Command("list", "List all hosts.");
        bf.OnRun(command, async (_, server, printer, cancellation) =>
        {
            var hosts = await server.GetAsync<List<HostView>>(Routes.Hosts, cancellation);
            printer.List(hosts, "No hosts yet. 'bf host token' makes the token that enrols one.",
                [new("Host", MayShrink: true), new("Status"), new("VMs", Right: true), new("Agent"), new("Hypervisor", MayShrink: true), new("Last seen")],
                h => [h.Name, h.Status, $"{h.VirtualMachines}", h.AgentVersion ?? "-", h.Hypervisor ?? "-", h.LastSeenAt is null ? "never" : Units.Minute(h.LastSeenAt)]);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Show(BfCommand bf)
    {
        var host = HostArgument();
        var command = new Command("show", "Show one host.") { host };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var view = await server.GetAsync<HostView>(ServerClient.Path(Routes.Host, parsed.GetRequiredValue(host)), cancellation);
            printer.Result(view, Print);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Revoke(BfCommand bf)
    {
        var host = HostArgument();
        var command = new Command("revoke", "Revoke a host's certificate at once. Its recovery points stay; enrol it again with a new token.") { host };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var view = await server.DeleteAsync<HostView>(ServerClient.Path(Routes.Host, parsed.GetRequiredValue(host)), cancellation);
            printer.Result(view, v => Printer.Line($"Host {v.Name} is revoked."));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Print(HostView host) => Printer.Fields(
    [
        ("Host", host.Name),
        ("Id", host.Id.ToString()),
        ("Status", host.Status),
        ("Agent", host.AgentVersion),
        ("Operating system", host.OperatingSystem),
        ("Hypervisor", host.Hypervisor),
        ("Virtual machines", $"{host.VirtualMachines}"),
        ("Enrolled", Units.Time(host.EnrolledAt)),
        ("Last seen", host.LastSeenAt is null ? "never" : Units.Time(host.LastSeenAt)),
        ("Certificate until", Units.Time(host.CertificateNotAfter)),
    ]);
}
