using BackupFabric.Cli.Tests.Running;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Tests.Commands;

/// <summary>Waiting for a job: its end is the exit code, and neither a broken stream nor Ctrl-C is its end.</summary>
public sealed class WatchTests
{
    [Theory]
    [InlineData("succeeded", 0)]
    [InlineData("succeeded-with-warnings", 0)]
    [InlineData("failed", 7)]
    [InlineData("cancelled", 8)]
    public async Task The_exit_code_tells_how_the_job_ended(string state, int exitCode)
    {
        await using var scene = await WaitingAsync(async stream =>
        {
            await stream.SendAsync(Sample.Job("queued"));
            await stream.WriteAsync(": still here\n\n");
            await stream.SendAsync(Sample.Job("running", done: 1 << 20));
            await stream.SendAsync(Sample.Job(state));
        });
        var run = await scene.RunAsync("backup", "web-01", "--wait");
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Error));
        Assert.Matches($@"(?m)^State: +{state}$", run.Out);
        var json = await scene.RunAsync("backup", "web-01", "--wait", "--json");
        Assert.Equal(exitCode, json.ExitCode);
        Assert.Equal(state, json.Json().GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_stream_that_breaks_in_the_middle_is_taken_up_again()
    {
        await using var scene = await WaitingAsync(
            async stream =>
            {
                await stream.SendAsync(Sample.Job("running"));
                await stream.BreakAsync();
            },
            stream => stream.SendAsync(Sample.Job("succeeded")));
        scene.Server.Json("GET", $"/api/v1/jobs/{Sample.JobId}", Sample.Job("running"));
        var run = await scene.RunAsync("backup", "web-01", "--wait", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("succeeded", run.Json().GetProperty("state").GetString());
        Assert.Equal(2, scene.Server.Seen.Count(request => request.Target.EndsWith("/events", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stream_that_ends_without_the_end_of_the_job_is_not_believed()
    {
        await using var scene = await WaitingAsync(stream => stream.SendAsync(Sample.Job("running")));
        scene.Server.Json("GET", $"/api/v1/jobs/{Sample.JobId}", Sample.Job("failed"));
        var run = await scene.RunAsync("backup", "web-01", "--wait", "--json");
        Assert.Equal(7, run.ExitCode);
        Assert.Equal("failed", run.Json().GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_sign_in_that_expires_in_between_is_said()
    {
        await using var scene = await WaitingAsync(stream => stream.BreakAsync());
        scene.Server.Problem("GET", $"/api/v1/jobs/{Sample.JobId}", 401, new ProblemView("sign-in-expired", "The sign-in has expired.", "Run 'bf login'.", "never"));
        var run = await scene.RunAsync("backup", "web-01", "--wait");
        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.Contains("[sign-in-expired]", run.Error);
    }

    [Fact]
    public async Task An_event_that_makes_no_sense_is_said_and_not_a_crash()
    {
        await using var scene = await WaitingAsync(stream => stream.WriteAsync("event: job\ndata: {\"id\": nonsense}\n\n"));
        var run = await scene.RunAsync("backup", "web-01", "--wait");
        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains("[answer-unreadable]", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ctrl_C_ends_the_waiting_and_says_that_the_job_goes_on(bool json)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        var watched = new TaskCompletionSource();
        await using var scene = await WaitingAsync(async stream =>
        {
            await stream.SendAsync(Sample.Job("running"));
            watched.SetResult();
            await stream.StaySilentAsync();
        });
        using var bf = scene.Start(null, ["backup", "web-01", "--wait", .. json ? (string[])["--json"] : []]);
        var ended = bf.EndAsync();
        await watched.Task;
        bf.Interrupt();
        var run = await ended;
        Assert.Equal(130, run.ExitCode);
        if (json) Assert.Equal("interrupted", run.Json().GetProperty("problem").GetProperty("code").GetString());
        else Assert.Equal("bf: Interrupted; the job goes on. [interrupted]\n    'bf job watch 0198f2ab41c0' follows it again, 'bf job cancel 0198f2ab41c0' ends it.\n", run.Error);
        Assert.DoesNotContain(scene.Server.Seen, request => request.Target.EndsWith("/cancel", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_a_terminal_a_bar_is_drawn_and_cleared_and_NO_COLOR_is_respected(bool noColor)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs 'script'.");
        var drawn = new TaskCompletionSource();
        await using var scene = await WaitingAsync(async stream =>
        {
            await stream.SendAsync(Sample.Job("running", vm: "web [01]", done: 256 << 20));
            await drawn.Task;
            await stream.SendAsync(Sample.Job("succeeded", vm: "web [01]"));
        });
        using var bf = BfProcess.StartOnTerminal(scene.ProfilePath, "backup web-01 --wait", noColor ? new Dictionary<string, string> { ["NO_COLOR"] = "1" } : null);
        var seen = "";
        var buffer = new char[256];
        // A frame may be drawn while the state changes: a whole one is waited for.
        string[] frame = ["25%", "web [01]: reading", "256 MiB of 1.0 GiB, sent 128 MiB"];
        while (!frame.All(part => seen.Contains(part, StringComparison.Ordinal)))
        {
            var read = await bf.Out.ReadAsync(buffer);
            Assert.True(read > 0, seen);
            seen += new string(buffer, 0, read);
        }

        drawn.SetResult();
        var run = await bf.EndAsync();
        seen += run.Out;
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("web [01]: reading", seen);
        Assert.Contains("256 MiB of 1.0 GiB, sent 128 MiB", seen);
        Assert.Equal(!noColor, seen.Contains("\u001b[38;5;", StringComparison.Ordinal));
        Assert.Matches("State: +succeeded", run.Out);
    }

    private static async Task<Scene> WaitingAsync(params Func<EventStream, Task>[] connections)
    {
        var scene = await Scene.SignedInAsync();
        scene.Server.Json("POST", "/api/v1/vms/web-01/backup", new JobAccepted(Sample.JobId), 202);
        scene.Server.Events(Sample.JobId, connections);
        return scene;
    }
}
