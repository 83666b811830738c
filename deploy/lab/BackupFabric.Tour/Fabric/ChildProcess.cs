using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BackupFabric.Tour.Fabric;

/// <summary>A server or agent in a session of its own, writing to a log file, so that it can outlive this process.</summary>
public sealed partial class ChildProcess : IDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    private ChildProcess(string name, Process process, string log) => (Name, _process, Log) = (name, process, log);

    public string Name { get; }

    public string Log { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static ChildProcess Start(string name, string program, IEnumerable<string> arguments, string log, IReadOnlyDictionary<string, string>? environment = null)
    {
        // setsid keeps a Ctrl-C in this terminal from reaching it; the shell only opens the log and becomes the program.
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false };
        foreach (var part in (string[])["/bin/sh", "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, program, .. arguments]) start.ArgumentList.Add(part);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        return new ChildProcess(name, Process.Start(start) ?? throw new TourException($"{program} could not be started."), log);
    }

    /// <summary>kill -9: no chance to say goodbye.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Terminate() => Terminate(_process);

    /// <summary>Asks to end, and insists after a while.</summary>
    public static void Terminate(Process process)
    {
        if (process.HasExited) return;
        if (SendSignal(process.Id, SigTerm) != 0 || !process.WaitForExit(Patience)) process.Kill();
        process.WaitForExit();
    }

    public Task WaitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    public string LogTail(int lines = 15) => File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(lines)) : "(no log)";

    public void Dispose() => _process.Dispose();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
