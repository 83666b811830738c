using System.Diagnostics;
using System.Text.Json;

namespace BackupFabric.Tour.Fabric;

/// <summary>
/// The folder that a lab lives in, with a marker so that nothing else is ever cleared, and the list of processes that were left running in it.
/// </summary>
public sealed class LabFolder(string path)
{
    private const string MarkerName = ".backupfabric-lab";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Lab => System.IO.Path.Combine(Path, "datacentre");

    public string Server => System.IO.Path.Combine(Path, "server");

    public string Logs => System.IO.Path.Combine(Path, "logs");

    public string Profile => System.IO.Path.Combine(Path, "bf-profile.json");

    private string ProcessList => System.IO.Path.Combine(Path, "processes.json");

    public string Agent(string host) => System.IO.Path.Combine(Path, "agents", host);

    /// <summary>An empty folder of ours; what an earlier tour left in it is stopped and removed, anything else is refused.</summary>
    public void Prepare()
    {
        if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any())
        {
            if (!File.Exists(System.IO.Path.Combine(Path, MarkerName)))
                throw new TourException($"'{Path}' is not empty and was not made by this tour. Name another folder with --dir.", 2);
            StopProcesses();
            Directory.Delete(Path, recursive: true);
        }

        Directory.CreateDirectory(Logs);
        File.WriteAllText(System.IO.Path.Combine(Path, MarkerName), "Made by deploy/lab/run.sh; cleared by its next run.\n");
    }

    public void Remember(IEnumerable<ChildProcess> processes) =>
        File.WriteAllText(ProcessList, JsonSerializer.Serialize(processes.Select(p => p.Id)));

    /// <summary>Stops the processes that an earlier run left; only those that still belong to this folder.</summary>
    public int StopProcesses()
    {
        if (!File.Exists(ProcessList)) return 0;
        var stopped = 0;
        foreach (var id in JsonSerializer.Deserialize<List<int>>(File.ReadAllText(ProcessList)) ?? [])
        {
            if (!BelongsHere(id)) continue;
            using var process = Process.GetProcessById(id);
            ChildProcess.Terminate(process);
            stopped++;
        }

        File.Delete(ProcessList);
        return stopped;
    }

    /// <summary>Process ids are used again by the system: the command line has to name this folder.</summary>
    private bool BelongsHere(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains(Path, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // ended long ago
        }
    }
}
