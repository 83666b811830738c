using System.Diagnostics;
using System.Text.Json;

namespace BackupFabric.Tour.Fabric;

/// <summary>What a finished command left: exit code, what it printed, and its last line as JSON when it is that.</summary>
public sealed record CommandResult(string Command, int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output.TrimEnd().Split('\n')[^1]).RootElement;

    public T As<T>() => Json.Deserialize<T>(JsonSerializerOptions.Web)!;

    public CommandResult Expect(int exitCode = 0) =>
        ExitCode == exitCode ? this : throw new TourException($"'{Command}' ended with exit code {ExitCode}:\n{Output}{Errors}");

    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        using var process = Process.Start(start) ?? throw new TourException($"{program} could not be started.");
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return new CommandResult($"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)}", process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
