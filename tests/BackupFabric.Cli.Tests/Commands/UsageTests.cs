using BackupFabric.Cli.Tests.Running;

namespace BackupFabric.Cli.Tests.Commands;

/// <summary>Wrong words cost exit code 2, a sentence and the usage, and nothing is asked of the server.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("", "bf [command] [options]")]
    [InlineData("backup", "bf backup <vm> [options]")]
    [InlineData("vm show", "bf vm show <vm> [options]")]
    [InlineData("job", "bf job [command] [options]")]
    [InlineData("recover vm 0198", "bf recover vm <point> [options]")]
    [InlineData("login", "bf login <server> [options]")]
    [InlineData("backup a b", "bf backup <vm> [options]")]
    [InlineData("host token --minutes 0", "bf host token [options]")]
    [InlineData("host token --minutes many", "bf host token [options]")]
    [InlineData("job list --limit 0", "bf job list [options]")]
    [InlineData("job list --state odd", "bf job list [options]")]
    [InlineData("backup a --consistency none", "bf backup <vm> [options]")]
    [InlineData("bakup a", "bf [command] [options]")]
    public async Task Wrong_words_show_the_usage(string words, string usage)
    {
        await using var scene = await Scene.SignedInAsync();
        var arguments = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var run = await scene.RunAsync(arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("bf: ", run.Error);
        Assert.Contains("[usage]", run.Error);
        Assert.Contains(usage, run.Error);
        run.ShowsNoStackTrace();
        var json = await scene.RunAsync([.. arguments, "--json"]);
        Assert.Equal(2, json.ExitCode);
        Assert.Equal("usage", json.Json().GetProperty("problem").GetProperty("code").GetString());
        Assert.Empty(scene.Server.Seen);
    }

    [Fact]
    public async Task An_unknown_command_is_named()
    {
        await using var scene = await Scene.NewAsync();
        Assert.StartsWith("bf: 'bakup' is not a command of 'bf'. [usage]\n    'bf --help' explains it.\n", (await scene.RunAsync("bakup", "x")).Error);
        Assert.StartsWith("bf: --minutes takes a number from 1 to 1440, not '0'. [usage]\n", (await scene.RunAsync("host", "token", "--minutes", "0")).Error);
    }

    [Fact]
    public async Task The_help_lists_exit_codes_and_where_to_begin()
    {
        await using var scene = await Scene.NewAsync();
        var run = await scene.RunAsync("--help");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        foreach (var line in BackupFabric.Cli.Output.ExitCode.Help.Split('\n')) Assert.Contains(line.TrimEnd(), run.Out);
        Assert.Contains("bf login https://SERVER:PORT", run.Out);
        Assert.Contains("  login <server>  Sign in to a server and remember it.\n  logout", run.Out);
    }

    [Fact]
    public async Task The_help_of_a_command_ends_with_an_example()
    {
        await using var scene = await Scene.NewAsync();
        var run = await scene.RunAsync("recover", "vm", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Example:\n  bf recover vm ", run.Out);
        Assert.DoesNotContain("Example:", (await scene.RunAsync("recover", "vm")).Error);
    }

    [Fact]
    public async Task The_version_is_told()
    {
        await using var scene = await Scene.NewAsync();
        var run = await scene.RunAsync("--version");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Out);
    }
}
