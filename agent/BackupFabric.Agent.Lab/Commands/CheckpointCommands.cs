using System.CommandLine;
using System.Text.Json.Nodes;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>checkpoints, leftovers.</summary>
internal static class CheckpointCommands
{
    public static Command List()
    {
        Option<string?> host = new("--host") { Description = "Only this host." };
        Command command = new("checkpoints", "List recovery checkpoints and reference points.") { host };
        command.Does(
            (parsed, _) => Task.FromResult(new JsonObject
            {
                ["checkpoints"] = new JsonArray([.. Hosts(parsed, host).SelectMany(h => h.Vms().SelectMany(v => v.Checkpoints.Select(c => (JsonNode)Describe(h, v, c.Id, "checkpoint", c.Consistency, c.Created))))]),
                ["referencePoints"] = new JsonArray([.. Hosts(parsed, host).SelectMany(h => h.Vms().SelectMany(v => v.ReferencePoints.Select(p => (JsonNode)Describe(h, v, p.Id, "reference point", p.Consistency, p.Created))))]),
            }),
            (result, output) =>
            {
                foreach (JsonNode? item in result["checkpoints"]!.AsArray().Concat(result["referencePoints"]!.AsArray()))
                    output.WriteLine($"{item!["host"],-8} {item["vm"],-16} {item["kind"],-16} {item["id"]}  {item["consistency"]}  {item["created"]}");
            });
        return command;
    }

    public static Command Leftovers()
    {
        Option<string?> host = new("--host") { Description = "Only this host." };
        Command command = new("leftovers", "Count what backups and recoveries may have left behind.") { host };
        command.Does(
            (parsed, _) =>
            {
                List<HostLeftovers> found = [.. Hosts(parsed, host).Select(HostLeftovers.Of)];
                return Task.FromResult(new JsonObject
                {
                    ["checkpoints"] = found.Sum(f => f.Checkpoints),
                    ["referencePoints"] = found.Sum(f => f.ReferencePoints),
                    ["plannedSystems"] = found.Sum(f => f.PlannedSystems),
                    ["pendingMerges"] = found.Sum(f => f.PendingMerges),
                    ["orphanFiles"] = found.Sum(f => f.OrphanFiles.Count),
                    ["hosts"] = new JsonArray([.. found.Select(f => (JsonNode)new JsonObject
                    {
                        ["host"] = f.Host,
                        ["checkpoints"] = f.Checkpoints,
                        ["referencePoints"] = f.ReferencePoints,
                        ["plannedSystems"] = f.PlannedSystems,
                        ["pendingMerges"] = f.PendingMerges,
                        ["orphanFiles"] = new JsonArray([.. f.OrphanFiles.Select(o => (JsonNode)o)]),
                    })]),
                });
            },
            (result, output) =>
            {
                foreach (JsonNode? found in result["hosts"]!.AsArray())
                {
                    output.WriteLine($"{found!["host"]}: {found["checkpoints"]} checkpoint(s), {found["referencePoints"]} reference point(s), {found["plannedSystems"]} planned VM(s), {found["pendingMerges"]} pending merge(s), {found["orphanFiles"]!.AsArray().Count} orphan file(s)");
                    foreach (JsonNode? file in found["orphanFiles"]!.AsArray())
                        output.WriteLine($"  {file}");
                }
            });
        return command;
    }

    private static IEnumerable<LabHost> Hosts(ParseResult parsed, Option<string?> host) =>
        parsed.GetValue(host) is { } name
            ? [CommonOptions.Lab(parsed).Host(name, TimeProvider.System)]
            : CommonOptions.Lab(parsed).Hosts(TimeProvider.System);

    private static JsonObject Describe(LabHost host, VmDocument vm, Guid id, string kind, int consistency, DateTimeOffset created) => new JsonObject
    {
        ["host"] = host.Name,
        ["vm"] = vm.Settings.Name,
        ["kind"] = kind,
        ["id"] = SettingIds.Guid(id),
        ["consistency"] = consistency == 1 ? "application" : "crash",
        ["created"] = created.ToString("O"),
    };
}
