using System.CommandLine;
using System.Text.Json.Nodes;
using BackupFabric.Agent.Lab.Guests;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>guest write, guest run.</summary>
internal static class GuestCommands
{
    public static Command Create()
    {
        Command guest = new("guest", "Let the guest of a running VM write to its disks.");
        guest.Subcommands.Add(Write());
        guest.Subcommands.Add(Run());
        return guest;
    }

    private static Command Write()
    {
        Option<string> vm = CommonOptions.Vm();
        Option<long> bytes = new("--bytes") { Description = "How much to write, such as 32M.", Required = true, CustomParser = ByteSizeText.Parse };
        Option<ulong> seed = new("--seed") { Description = "Seed of what is written where.", DefaultValueFactory = _ => 1 };
        Command command = new("write", "Write so much, then end.") { vm, bytes, seed };
        command.Does(
            async (parsed, cancellation) =>
            {
                using LabGuest guest = await LabGuest.OpenAsync(parsed.GetValue(CommonOptions.Dir)!, parsed.GetValue(vm)!, parsed.GetValue(seed), cancellation: cancellation);
                await guest.WriteAsync(parsed.GetValue(bytes), cancellation);
                return Describe(guest.Report);
            },
            Print);
        return command;
    }

    private static Command Run()
    {
        Option<string> vm = CommonOptions.Vm();
        Option<long> rate = new("--rate") { Description = "Bytes per second, such as 4M.", DefaultValueFactory = _ => 4L << 20, CustomParser = ByteSizeText.Parse };
        Option<ulong> seed = new("--seed") { Description = "Seed of what is written where.", DefaultValueFactory = _ => 1 };
        Command command = new("run", "Write at a steady rate until stopped.") { vm, rate, seed };
        command.Does(
            async (parsed, cancellation) =>
            {
                using LabGuest guest = await LabGuest.OpenAsync(parsed.GetValue(CommonOptions.Dir)!, parsed.GetValue(vm)!, parsed.GetValue(seed), cancellation: cancellation);
                try
                {
                    await guest.RunAsync(Math.Max(4096, parsed.GetValue(rate)), cancellation);
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    await Console.Error.WriteLineAsync("Stopped.");
                }

                return Describe(guest.Report);
            },
            Print);
        return command;
    }

    private static JsonObject Describe(GuestReport report) => new()
    {
        ["vm"] = report.Vm.ToString("D").ToUpperInvariant(),
        ["writes"] = report.Writes,
        ["writtenBytes"] = report.WrittenBytes,
        ["changedBytes"] = report.ChangedBytes,
        ["changedBytesInClusters"] = report.ChangedBytesInClusters,
        ["changedBytesInBlocks"] = report.ChangedBytesInBlocks,
        ["transactions"] = report.Transactions,
        ["lastSequence"] = report.LastSequence,
    };

    private static void Print(JsonObject report, TextWriter output) =>
        output.WriteLine($"{report["writes"]} writes of {ByteSizeText.Format((long)report["writtenBytes"]!)}, {ByteSizeText.Format((long)report["changedBytes"]!)} of the disks changed, up to sequence {report["lastSequence"]}.");
}
