using System.Diagnostics;
using System.Text.RegularExpressions;

namespace BackupFabric.Blocks.Tests;

/// <summary>
/// Agents and servers have different processors and must agree on every byte. The run-time can pretend to be an older processor, but only from its
/// start on, so these tests run the vectors and the golden bytes again in a process of their own.
/// </summary>
public sealed partial class OtherProcessorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("EnableAVX512", 1)]
    [InlineData("EnableAVX2", 2)]
    [InlineData("EnableHWIntrinsic", 3)]
    public async Task A_processor_that_lacks_instructions_makes_the_same_bytes(string withoutThese, int pathsMissing)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "BackupFabric.Blocks.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program, ["-noColor", "-class", typeof(GoldenTests).FullName!, "-class", typeof(Blake3.Blake3VectorTests).FullName!, "-class", typeof(ZeroTestTests).FullName!])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_" + withoutThese] = "0";
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Patience);
        var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, output);

        // The tests of the paths that are gone say so: the switch worked.
        Assert.True(int.Parse(SkippedCount().Match(output).Groups[1].Value, null) >= pathsMissing, output);
    }

    [GeneratedRegex(@"Skipped: (\d+)")]
    private static partial Regex SkippedCount();
}
