using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BackupFabric.Cli.Tests.Running;

/// <summary>The real executable, as an operator starts it.</summary>
internal sealed partial class BfProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly Task<string> _error;

    private BfProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "bf.exe" : "bf");

    public StreamReader Out => _process.StandardOutput;

    public StreamWriter Input => _process.StandardInput;

    public static BfProcess Start(string profile, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        StartProgram(Executable, profile, arguments, environment);

    /// <summary>On a terminal of its own, whose output is the output of this process.</summary>
    public static BfProcess StartOnTerminal(string profile, string commandLine, IReadOnlyDictionary<string, string>? environment = null) =>
        StartProgram("script", profile, ["-qec", $"stty cols 120 rows 40; '{Executable}' {commandLine}", "/dev/null"], environment);

    /// <summary>By a shell that prepares something first; $0 is bf.</summary>
    public static async Task<BfRun> RunInShellAsync(string script)
    {
        using var shell = StartProgram("bash", "/nonexistent/profile.json", ["-c", script, Executable], null);
        return await shell.EndAsync();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>As a power button does it: nothing is said beforehand.</summary>
    public void Kill()
    {
        Assert.Equal(0, Kill(_process.Id, 9));
        _process.WaitForExit();
    }

    public void Interrupt() => Assert.Equal(0, Kill(_process.Id, 2));

    public async Task<BfRun> EndAsync(string input = "")
    {
        using var patience = new CancellationTokenSource(_patience);
        await _process.StandardInput.WriteAsync(input);
        _process.StandardInput.Close();
        var output = await _process.StandardOutput.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return new BfRun(_process.ExitCode, output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static BfProcess StartProgram(string program, string profile, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["BF_PROFILE"] = profile;
        start.Environment["TZ"] = "UTC";
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("NO_COLOR");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new BfProcess(Process.Start(start)!);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
