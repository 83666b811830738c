using System.CommandLine;
using BackupFabric.Tour.Fabric;
using BackupFabric.Tour.Story;

namespace BackupFabric.Tour;

/// <summary>The command line of deploy/lab/run.sh.</summary>
internal static class TourCommand
{
    public const int DefaultPort = 7443;

    public static RootCommand Create()
    {
        var once = new Option<bool>("--once") { Description = "Stop everything at the end; exit code 0 only if everything held." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object as the last line." };
        var disk = new Option<FileInfo?>("--disk") { Description = "VHDX, VHD or raw image to use as the VM's disk (default: a made-up one).", HelpName = "FILE" };
        var dir = new Option<DirectoryInfo?>("--dir") { Description = "Where to work (default: .lab in the source tree).", HelpName = "DIR" };
        var port = new Option<int>("--port") { Description = "Port of the server.", DefaultValueFactory = _ => DefaultPort };
        var stop = new Option<bool>("--stop") { Description = "Stop a lab that was left running, and do nothing else." };
        var root = new Option<DirectoryInfo?>("--root") { Description = "The source tree.", Hidden = true };
        var configuration = new Option<string>("--configuration") { Hidden = true, DefaultValueFactory = _ => "Release" };
        var command = new RootCommand("A tour of BackupFabric: one VM from a Hyper-V host to the repository and back to another host, on this machine.")
        {
            once, json, disk, dir, port, stop, root, configuration,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var sources = parsed.GetValue(root)?.FullName ?? Programs.SourceRoot();
            var folder = new LabFolder(parsed.GetValue(dir)?.FullName ?? Path.Combine(sources, ".lab"));
            try
            {
                if (parsed.GetValue(stop)) return Stop(folder);
                var settings = new TourSettings(parsed.GetValue(once), parsed.GetValue(json), parsed.GetValue(disk)?.FullName, parsed.GetValue(port));
                return await new GuidedTour(Programs.In(sources, parsed.GetRequiredValue(configuration)), folder, settings, TimeProvider.System).RunAsync(cancellation);
            }
            catch (TourException failure)
            {
                await Console.Error.WriteLineAsync($"run.sh: {failure.Message}");
                return failure.ExitCode;
            }
        });
        return command;
    }

    private static int Stop(LabFolder folder)
    {
        var stopped = folder.StopProcesses();
        Console.WriteLine(stopped == 0 ? $"Nothing of '{folder.Path}' is running." : $"Stopped {stopped} processes. '{folder.Path}' stays as it is.");
        return 0;
    }
}

internal sealed record TourSettings(bool Once, bool Json, string? Disk, int Port);
