using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>Holds a VM's disks against the ground truth of the VM they were restored from.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Option<string?> host = new("--vm-host") { Description = "Host of the VM to verify; needed when several hosts have a VM of that name." };
        Option<string> vm = CommonOptions.Required("--vm", "Name or GUID of the VM to verify.");
        Option<int?> disk = new("--disk-index") { Description = "Only this disk, from 0." };
        Option<string> source = CommonOptions.Required("--against-vm", "Name or GUID of the VM whose truth counts.");
        Option<string> moment = new("--at-checkpoint")
        {
            Description = "The moment: 'latest-point' (the last checkpoint that became a reference point), N (the N-th that did, from 1), 'latest' (the last checkpoint), 'now', GUID of a checkpoint or reference point, or write:N (after the guest's N-th write).",
            DefaultValueFactory = _ => "latest-point",
        };
        Command command = new("verify", "Compare every byte of a VM's disks with the ground truth.") { host, vm, disk, source, moment };
        command.Does(
            async (parsed, cancellation) =>
            {
                LabFolder lab = CommonOptions.Lab(parsed);
                (LabHost found, VmDocument registered) = VmFinder.Find(lab, parsed.GetValue(vm)!, TimeProvider.System, parsed.GetValue(host));
                VmFolder truth = TruthFinder.Find(lab, parsed.GetValue(source)!);
                long? sequence = MomentChoice.Sequence(truth, parsed.GetValue(moment)!);
                using VmSession session = await VmSession.OpenAsync(found, registered.Id, cancellation);
                JsonArray disks = [];
                for (int i = 0; i < session.Vm.Settings.AttachedDisks.Count; i++)
                {
                    if (parsed.GetValue(disk) is null || parsed.GetValue(disk) == i)
                        disks.Add(await CompareAsync(session, i, truth, sequence, cancellation));
                }

                bool identical = disks.Count > 0 && disks.All(d => (bool)d!["identical"]!);
                return new() { ["identical"] = identical, ["sequence"] = sequence, ["disks"] = disks, ["exitCode"] = identical ? ExitCode.Ok : ExitCode.Different };
            },
            Print);
        return command;
    }

    private static async Task<JsonNode> CompareAsync(VmSession session, int index, VmFolder folder, long? sequence, CancellationToken cancellation)
    {
        TruthDocument? document = LabJson.Read(folder.TruthDocument, LabJson.Default.TruthDocument);
        string path = session.Vm.Settings.AttachedDisks[index].Path;
        await using IVirtualDisk image = await DiskImage.OpenAsync(session.Local(path), writable: false, cancellation);
        await using LabTruth truth = await LabTruth.OpenAsync(folder, index, sequence, cancellation);
        ApplicationPlace? application = document?.Application is { } place && place.Disk == index ? place : null;
        DiskComparison compared = await DiskComparison.RunAsync(image, truth, application, cancellation);
        return new JsonObject
        {
            ["disk"] = index,
            ["path"] = path,
            ["identical"] = compared.Identical,
            ["length"] = compared.Length,
            ["comparedBytes"] = compared.ComparedBytes,
            ["differentBytes"] = compared.DifferentBytes,
            ["firstDifference"] = compared.FirstDifference,
            ["application"] = compared.Application,
            ["sequence"] = truth.Sequence,
        };
    }

    private static void Print(JsonObject result, TextWriter output)
    {
        foreach (JsonNode? disk in result["disks"]!.AsArray())
        {
            string verdict = (bool)disk!["identical"]!
                ? "identical"
                : string.Create(CultureInfo.InvariantCulture, $"DIFFERENT: {disk["differentBytes"]} bytes, the first at offset {disk["firstDifference"]}");
            output.WriteLine($"disk {disk["disk"]} ({ByteSizeText.Format((long)disk["length"]!)}) at write {disk["sequence"]}: {verdict}; application: {disk["application"]}");
        }
    }
}
