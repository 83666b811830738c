using System.Diagnostics;
using System.Text.Json;

namespace BackupFabric.Disks.Tests.Judges;

/// <summary>qemu-img, a program that is not ours and knows the same formats.</summary>
internal static class QemuImg
{
    private static readonly Lazy<bool> Available = new(() =>
    {
        try
        {
            return Start(["--version"]).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public static void Require()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.True(Available.Value, "qemu-img (package qemu-utils) is needed here.");
        Assert.SkipUnless(Available.Value, "qemu-img (package qemu-utils) is not installed.");
    }

    public static string Run(params string[] arguments)
    {
        (int code, string output) = Start(arguments);
        Assert.True(code == 0, $"qemu-img {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }

    /// <summary>Its own check of the structures; formats without one are only opened.</summary>
    public static void Check(string path, string format)
    {
        (int code, string output) = Start(["check", "-f", format, path]);
        const int notSupported = 63;
        Assert.True(code is 0 or notSupported, output);
        Assert.DoesNotContain("ERROR", output, StringComparison.Ordinal);
    }

    public static void Compare(string path, string format, string rawPath) => Run("compare", "-f", format, "-F", "raw", path, rawPath);

    public static JsonElement Info(string path) => JsonDocument.Parse(Run("info", "--output=json", path)).RootElement;

    private static (int ExitCode, string Output) Start(string[] arguments)
    {
        ProcessStartInfo start = new("qemu-img", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
