using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.V1;

namespace BackupFabric.Protos.Tests.Foreign;

/// <summary>
/// Goal: the .proto files and FORMAT.md are enough to write an agent.
/// Method: tests/foreign/peer.py (Python, generated stubs, its own BLAKE3) against our service glue, and its work judged by our code.
/// </summary>
public sealed class ForeignPeerTests : IDisposable
{
    private readonly string _disk = Path.Combine(Path.GetTempPath(), $"bf-foreign-{Guid.NewGuid():N}.raw");

    public void Dispose() => File.Delete(_disk);

    [Fact]
    public async Task Its_BLAKE3_agrees_with_the_published_vectors()
    {
        RequirePython();
        var (code, output) = await RunAsync("blake3.py", "--check", Path.Combine(Folder(), "data", "blake3-test-vectors.json"));
        Assert.Equal((0, "35 vectors agree"), (code, output));
    }

    [Fact]
    public async Task It_enrols_connects_and_backs_up_a_disk_whose_every_byte_arrives()
    {
        RequirePython();
        var content = MakeDisk();
        await using var server = await ScriptedServer.StartAsync(new BackupScript { Orders = 2 });
        var script = server.Script;

        var (code, output) = await RunPeerAsync(server, server.Token, orders: 2);

        Assert.True(code == 0, output);
        var result = JsonDocument.Parse(output).RootElement;
        Assert.Equal("foreign-host", script.Hello!.HostName);
        Assert.Equal(content.LongLength, (long)script.Inventory!.Vms.Single().Disks.Single().Length);
        Assert.Equal(content, Assemble(script, content.Length));
        Assert.All(script.Outcomes, outcome => Assert.Equal(Ending.Succeeded, outcome.Ending));
        var (first, second) = (result.GetProperty("orders")[0], result.GetProperty("orders")[1]);
        Assert.Equal("point-1", first.GetProperty("point_id").GetString());
        Assert.Equal(script.Blocks.Values.Sum(block => block.LongLength), first.GetProperty("sent_bytes").GetInt64());
        Assert.Equal(0, second.GetProperty("sent_bytes").GetInt64());
        Assert.Equal("foreign-vm", VmConfiguration.Parser.ParseFrom(script.Commits[0].Configuration).Name);
    }

    [Fact]
    public async Task It_refuses_a_server_whose_authority_is_not_the_one_in_the_token()
    {
        RequirePython();
        MakeDisk();
        await using var server = await ScriptedServer.StartAsync(new BackupScript());
        using var other = new TestAuthority();

        var (code, output) = await RunPeerAsync(server, EnrolmentToken.Create(other.Certificate.RawData, BackupScript.Secret).ToString());

        Assert.Equal(1, code);
        Assert.Contains("not the one that the token names", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_reads_the_problem_of_a_refused_enrolment()
    {
        RequirePython();
        MakeDisk();
        await using var server = await ScriptedServer.StartAsync(new BackupScript());

        var (code, output) = await RunPeerAsync(
            server, EnrolmentToken.Create(server.Authority.Certificate.RawData, new byte[24]).ToString());

        Assert.Equal(1, code);
        Assert.Contains("The token is not known. Make a new one.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_reports_the_problem_that_ended_its_push()
    {
        RequirePython();
        MakeDisk();
        var full = new Problem { Code = "repository-full", Sentence = "The repository is full.", Advice = "Add a volume.", Retry = RetryClass.AfterOperatorActs };
        await using var server = await ScriptedServer.StartAsync(new BackupScript { PushFails = full });

        var (code, output) = await RunPeerAsync(server, server.Token);

        Assert.True(code == 1, output);
        Assert.Equal(full, server.Script.Outcomes.Single().Problem);
    }

    private byte[] MakeDisk()
    {
        // Holes, equal blocks, a hole at the end of a span, and an end that is no whole cluster.
        var content = new byte[(5 << 18) + 1234];
        var random = new Random(5);
        random.NextBytes(content.AsSpan(0, 300_000));
        random.NextBytes(content.AsSpan(700_000, 100_000));
        content.AsSpan(0, 65536).CopyTo(content.AsSpan(15 * 65536));
        content[^1] = 1;
        File.WriteAllBytes(_disk, content);
        return content;
    }

    private static byte[] Assemble(BackupScript script, int length)
    {
        var disk = new byte[Cluster.Size * ((length + Cluster.Size - 1) / Cluster.Size)];
        var entries = new List<SpanEntry>();
        for (var span = 0L; span < script.Rules.SpansOf(length); span++)
        {
            var at = checked((int)(span * script.Rules.SpanBytes));
            Assert.True(SpanLeaf.TryDecode(script.Spans[(ulong)span], script.Rules.ClustersOf(length, span), entries));
            foreach (var (clusters, id) in entries)
            {
                if (!id.IsZero) script.Blocks[id].CopyTo(disk, at);
                at += clusters * Cluster.Size;
            }
        }

        return disk[..length];
    }

    private async Task<(int Code, string Output)> RunPeerAsync(ScriptedServer server, string token, int orders = 1) => await RunAsync(
        "peer.py", "--server", server.Address, "--token", token, "--disk", _disk, "--name", "foreign-host", "--orders", $"{orders}", "--timeout", "60");

    private static async Task<(int Code, string Output)> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Folder(), script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            TestContext.Current.SendDiagnosticMessage(await errors);
            return (process.ExitCode, (await output).Trim());
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static void RequirePython()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") return;
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "The system has no Python.");
        using var probe = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", "import grpc, grpc_tools.protoc, google.protobuf, cryptography"])
        {
            RedirectStandardError = true,
        })!;
        probe.WaitForExit();
        Assert.SkipUnless(probe.ExitCode == 0, "Install python3-grpcio, python3-grpc-tools, python3-pkg-resources, python3-protobuf and python3-cryptography.");
    }

    private static string Folder([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "foreign"));
}
