using System.Diagnostics;

namespace BackupFabric.Blocks.Tests;

/// <summary>A program that judges our bytes independently. Missing ones skip a test on a workbench and fail it in continuous integration.</summary>
internal static class ExternalTool
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static void Require(string name)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, name)) || File.Exists(Path.Combine(folder, name + ".exe")));
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.True(found, $"'{name}' is not installed.");
        Assert.SkipUnless(found, $"'{name}' is not installed.");
    }

    /// <summary>Runs the tool with bytes as its standard input and returns its standard output; any other exit code than 0 fails the test.</summary>
    public static async Task<byte[]> RunAsync(string name, byte[] input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = new CancellationTokenSource(Patience);
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.StandardInput.BaseStream.WriteAsync(input, deadline.Token);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: {await errors}");
        return output.ToArray();
    }
}
