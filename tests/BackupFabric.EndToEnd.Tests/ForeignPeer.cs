using BackupFabric.Protos.Rest;
using BackupFabric.Tour.Fabric;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>A client in Python, made from the .proto files alone, is as good an agent as ours.</summary>
public sealed class ForeignPeer
{
    private const string Python = "/usr/bin/python3";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_python_client_with_generated_stubs_enrols_connects_and_pushes_blocks()
    {
        await RequirePythonAsync();
        await using var hosts = await TwoHosts.StartAsync(Cancellation, used: "16M");
        var fabric = hosts.Fabric;
        var disk = Path.Combine(fabric.Folder.Path, "peer.raw");
        var content = new byte[3 << 20];
        new Random(7).NextBytes(content.AsSpan(0, 1 << 20));
        await File.WriteAllBytesAsync(disk, content, Cancellation);

        var token = (await fabric.BfAsync(Cancellation, "host", "token")).Expect().As<HostTokenView>().Token;
        var script = Path.Combine(Programs.SourceRoot(), "tests/foreign/peer.py");
        var peer = CommandResult.RunAsync(Python,
            [script, "--server", $"127.0.0.1:{fabric.Port}", "--token", token, "--disk", disk, "--name", "peer", "--vm", "peer vm", "--orders", "2"], Cancellation);
        await fabric.VmAsync("peer vm", Cancellation);
        var first = (await fabric.BfAsync(Cancellation, "backup", "peer vm", "--wait")).Expect().As<JobView>();
        var second = (await fabric.BfAsync(Cancellation, "backup", "peer vm", "--wait")).Expect().As<JobView>();
        var said = (await peer).Expect().Json;
        Assert.True(said.GetProperty("orders")[0].GetProperty("sent_blocks").GetInt64() > 0, $"{said}");
        Assert.Equal(0, said.GetProperty("orders")[1].GetProperty("sent_blocks").GetInt64());

        // Byte for byte what lies in the repository, read without the server that received it.
        await fabric.DisposeAsync();
        foreach (var point in (Guid[])[first.PointId!.Value, second.PointId!.Value])
            Assert.Equal(content, await StoredBlocks.DiskAsync(fabric.Folder.Server, point, Cancellation));
    }

    private static async Task RequirePythonAsync()
    {
        var works = File.Exists(Python) && (await CommandResult.RunAsync(Python, ["-c", "import grpc, grpc_tools.protoc, google.protobuf, cryptography"], Cancellation)).ExitCode == 0;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.True(works, "python3-grpcio, python3-grpc-tools, python3-protobuf and python3-cryptography are needed: tests/install-tools.sh");
        else Assert.SkipUnless(works, "python3-grpcio is not installed: tests/install-tools.sh");
    }
}
