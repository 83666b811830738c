using System.CommandLine;
using System.Text.Json.Nodes;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>create, show, host.</summary>
internal static class DataCenterCommands
{
    public static Command Create()
    {
        Option<string[]> hosts = new("--host") { Description = "Name of a host; repeat it for more.", Required = true };
        Option<string> system = new("--os")
        {
            Description = $"Windows release of these hosts: {string.Join(", ", WindowsVersion.All.Select(v => v.Name))}.",
            DefaultValueFactory = _ => "Windows Server 2022",
        };
        Command command = new("create", "Make a lab data centre, or add hosts to one.") { hosts, system };
        command.Does(
            (parsed, _) =>
            {
                WindowsVersion version = WindowsVersion.Parse(parsed.GetValue(system)!);
                LabFolder lab = LabFolder.Create(parsed.GetValue(CommonOptions.Dir)!);
                foreach (string host in parsed.GetValue(hosts)!)
                    lab.AddHost(host, version, TimeProvider.System);
                return Task.FromResult(Describe(lab));
            },
            Print);
        return command;
    }

    public static Command Show()
    {
        Command command = new("show", "Show the hosts of the lab and their VMs.");
        command.Does((parsed, _) => Task.FromResult(Describe(CommonOptions.Lab(parsed))), Print);
        return command;
    }

    public static Command Host()
    {
        Command host = new("host", "Switch hosts off and on.");
        host.Subcommands.Add(Power("off", "A host that is off answers nothing; its guests stop.", on: false));
        host.Subcommands.Add(Power("on", "Start a host; its VMs stay off.", on: true));
        host.Subcommands.Add(Volume());
        return host;
    }

    public static JsonObject Describe(LabFolder lab) => new()
    {
        ["dir"] = lab.Path,
        ["hosts"] = new JsonArray([.. lab.Hosts(TimeProvider.System).Select(h => (JsonNode)new JsonObject
        {
            ["name"] = h.Name,
            ["operatingSystem"] = h.Version.Description,
            ["on"] = h.Document.On,
            ["vms"] = new JsonArray([.. h.Vms().Select(v => VmCommands.Describe(h, v))]),
        })]),
    };

    private static Command Power(string name, string description, bool on)
    {
        Option<string> host = CommonOptions.Required("--host", "Name of the host.");
        Command command = new(name, description) { host };
        command.Does(
            async (parsed, cancellation) =>
            {
                LabHost found = CommonOptions.Lab(parsed).Host(parsed.GetValue(host)!, TimeProvider.System);
                found.Change(d => d.On = on);
                foreach (VmDocument vm in found.Vms().Where(v => v.Running && !on))
                {
                    using VmSession? session = await VmSession.TryOpenAsync(found, vm.Id, cancellation);
                    if (session is null)
                        continue;
                    session.Vm.Running = false;
                    session.Save();
                }

                return new JsonObject { ["host"] = found.Name, ["on"] = on };
            },
            (result, output) => output.WriteLine($"{result["host"]} is {(on ? "on" : "off")}."));
        return command;
    }

    private static Command Volume()
    {
        Option<string> host = CommonOptions.Required("--host", "Name of the host.");
        Option<long> size = new("--size") { Description = "Size of volume C:, such as 10G.", Required = true, CustomParser = ByteSizeText.Parse };
        Command command = new("volume", "Say how large a host's volume C: is.") { host, size };
        command.Does(
            (parsed, _) =>
            {
                LabHost found = CommonOptions.Lab(parsed).Host(parsed.GetValue(host)!, TimeProvider.System);
                found.Change(d => d.VolumeBytes["C"] = parsed.GetValue(size));
                return Task.FromResult(new JsonObject { ["host"] = found.Name, ["volumeBytes"] = parsed.GetValue(size) });
            },
            (result, output) => output.WriteLine($"C: of {result["host"]} has {ByteSizeText.Format((long)result["volumeBytes"]!)}."));
        return command;
    }

    private static void Print(JsonObject lab, TextWriter output)
    {
        output.WriteLine($"Lab data centre in {lab["dir"]}");
        foreach (JsonNode? host in lab["hosts"]!.AsArray())
        {
            output.WriteLine($"  {host!["name"]}  {host["operatingSystem"]}{((bool)host["on"]! ? "" : "  (off)")}");
            foreach (JsonNode? vm in host["vms"]!.AsArray())
                VmCommands.PrintLine(vm!, output);
        }
    }
}
