using System.Text.Json;

namespace BackupFabric.Cli.Tests.Running;

/// <summary>How one run of bf ended.</summary>
internal sealed record BfRun(int ExitCode, string Out, string Error)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The one JSON document on standard output; there may be nothing else, and nothing on standard error.</summary>
    public JsonElement Json()
    {
        Assert.Equal("", Error);
        Assert.EndsWith("\n", Out);
        using var document = JsonDocument.Parse(Out);
        return document.RootElement.Clone();
    }

    public void ShowsNoStackTrace()
    {
        Assert.DoesNotContain("   at ", Out + Error);
        Assert.DoesNotContain("System.", Out + Error);
    }
}
