using BackupFabric.Cli.Tests.Running;
using BackupFabric.Protos.Rest;
using Microsoft.AspNetCore.Http;

namespace BackupFabric.Cli.Tests.Commands;

/// <summary>Whatever goes wrong: a sentence, an advice, a code, an exit code by kind, and never a stack trace.</summary>
public sealed class ProblemTests
{
    private static readonly ProblemView _problem = new("vm-unknown", "There is no virtual machine 'x'.", "'bf vm list' shows them.", "never");

    [Theory]
    [InlineData(400, 2)]
    [InlineData(401, 3)]
    [InlineData(403, 3)]
    [InlineData(404, 4)]
    [InlineData(409, 5)]
    [InlineData(412, 5)]
    [InlineData(422, 2)]
    [InlineData(429, 5)]
    [InlineData(500, 1)]
    [InlineData(502, 6)]
    [InlineData(503, 6)]
    [InlineData(504, 6)]
    [InlineData(507, 5)]
    public async Task A_problem_is_told_and_its_kind_is_the_exit_code(int status, int exitCode)
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Problem("GET", "/api/v1/vms/x", status, _problem);
        var run = await scene.RunAsync("vm", "show", "x");
        Assert.Equal(new BfRun(exitCode, "", "bf: There is no virtual machine 'x'. [vm-unknown]\n    'bf vm list' shows them.\n"), run);
        var json = await scene.RunAsync("vm", "show", "x", "--json");
        Assert.Equal(exitCode, json.ExitCode);
        Assert.Equal("""{"problem":{"code":"vm-unknown","sentence":"There is no virtual machine 'x'.","advice":"'bf vm list' shows them.","retry":"never"}}""" + "\n", json.Out);
        Assert.Equal("", json.Error);
    }

    [Theory]
    [InlineData(200, "<html>Welcome</html>", 1, "answer-unreadable")]
    [InlineData(200, "null", 1, "answer-unreadable")]
    [InlineData(200, "", 1, "answer-unreadable")]
    [InlineData(200, "[]", 1, "answer-unreadable")]
    [InlineData(301, "", 1, "unexpected-answer")]
    [InlineData(404, "<html>no</html>", 4, "unexpected-answer")]
    [InlineData(500, "{}", 1, "unexpected-answer")]
    [InlineData(502, "Bad gateway", 6, "unexpected-answer")]
    [InlineData(401, "", 3, "unexpected-answer")]
    public async Task An_answer_that_is_not_from_a_server_of_this_kind_is_said_so(int status, string text, int exitCode, string code)
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Text("GET", "/api/v1/vms/x", text, status, "text/html; charset=nonsense");
        var run = await scene.RunAsync("vm", "show", "x");
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.Contains($"[{code}]", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_is_no_answer()
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.On("GET", "/api/v1/vms", async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync("[{"u8.ToArray());
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        var run = await scene.RunAsync("vm", "list");
        Assert.Equal((6, ""), (run.ExitCode, run.Out));
        Assert.Contains("[server-unreachable]", run.Error);
        run.ShowsNoStackTrace();
    }

    [Fact]
    public async Task A_server_that_is_gone_is_unreachable()
    {
        await using var scene = await Scene.SignedInAsync();
        await scene.Server.DisposeAsync();
        var run = await scene.RunAsync("vm", "list", "--json");
        Assert.Equal(6, run.ExitCode);
        Assert.Equal("server-unreachable", run.Json().GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_port_without_tls_is_not_a_server()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var plain = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            await client.GetStream().CopyToAsync(Stream.Null);
        });
        await using var scene = await Scene.NewAsync();
        var run = await scene.RunAsync("login", $"127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}");
        Assert.Equal(6, run.ExitCode);
        Assert.Contains("bf: ", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        await Task.WhenAny(plain);
    }

    [Fact]
    public async Task A_slow_answer_is_waited_for()
    {
        await using var scene = await Scene.SignedInAsync();
        var asked = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        scene.Server.On("GET", "/api/v1/vms", async context =>
        {
            asked.SetResult();
            await answer.Task;
            await context.Response.WriteAsync("[]");
        });
        using var bf = scene.Start(null, "vm", "list", "--json");
        var ended = bf.EndAsync();
        await asked.Task;
        Assert.False(ended.IsCompleted);
        answer.SetResult();
        Assert.Equal("[]\n", (await ended).Out);
    }

    [Fact]
    public async Task Escape_sequences_in_a_sentence_do_not_reach_the_terminal()
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Problem("GET", "/api/v1/vms/x", 404, _problem with { Sentence = "There is no '\u001b[2Jx\nfake'." });
        Assert.StartsWith("bf: There is no '\uFFFD[2Jx\uFFFDfake'. [vm-unknown]\n", (await scene.RunAsync("vm", "show", "x")).Error);
    }
}
