using System.ComponentModel;
using System.Diagnostics;

namespace BackupFabric.Agent.Lab.Tests;

/// <summary>An independent judge of VHDX files.</summary>
internal static class QemuImg
{
    public static async Task CheckAsync(string image)
    {
        (int code, string output)? answer = await RunAsync("check", "-f", "vhdx", image);
        if (answer is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "qemu-img is not installed");
            Assert.Fail("qemu-img is not installed");
        }

        Assert.True(answer.Value.code == 0, answer.Value.output);
    }

    private static async Task<(int Code, string Output)?> RunAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("qemu-img", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync(LabFixture.Cancellation);
            string output = await process.StandardOutput.ReadToEndAsync(LabFixture.Cancellation);
            await process.WaitForExitAsync(LabFixture.Cancellation);
            return (process.ExitCode, output + await error);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
