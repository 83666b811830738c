using System.Diagnostics;
using System.Text.Json;
using BackupFabric.Tour.Fabric;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>What the product is for: one VM from a host to the repository and back to another host.</summary>
public sealed class MainJob
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tour_holds_every_promise_and_says_so_in_json()
    {
        await using var hosts = TwoHosts.Create();
        var root = Programs.SourceRoot();
        var tour = hosts.Fabric.Programs.Lab.Replace("agent/BackupFabric.Agent.Lab", "deploy/lab/BackupFabric.Tour", StringComparison.Ordinal).Replace("bf-lab", "bf-tour", StringComparison.Ordinal);
        var configuration = tour.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var result = await CommandResult.RunAsync(tour, ["--root", root, "--configuration", configuration, "--once", "--json", "--dir", hosts.Fabric.Folder.Path, "--port", $"{LabFabric.FreePort()}"], Cancellation);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        var figures = result.Json;
        foreach (var key in (string[])["disk_bytes", "initial_read_bytes", "initial_sent_bytes", "guest_changed_bytes", "sync_read_bytes", "sync_sent_bytes", "restored_identical", "restored_host", "consistency", "leftover_checkpoints", "seconds_initial", "seconds_sync", "seconds_restore"])
            Assert.True(figures.TryGetProperty(key, out _), $"{key} is missing in {figures}");
        Assert.True(figures.GetProperty("restored_identical").GetBoolean());
        Assert.Equal("HV2", figures.GetProperty("restored_host").GetString());
        Assert.Equal("application", figures.GetProperty("consistency").GetString());
        Assert.Equal(0, figures.GetProperty("leftover_checkpoints").GetInt32());
        Assert.DoesNotContain(Process.GetProcesses(), p => CommandLineOf(p).Contains(hosts.Fabric.Folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_synchronization_reads_at_most_twice_what_changed_and_sends_no_block_twice()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation);
        var first = await hosts.BackupAsync(Cancellation);
        var written = await hosts.GuestWritesAsync("24M", Cancellation);
        var second = await hosts.BackupAsync(Cancellation);
        var unchanged = await hosts.BackupAsync(Cancellation);

        var changedInBlocks = written.GetProperty("changedBytesInBlocks").GetInt64();
        Assert.InRange(second.Figures.ReadBytes, 1, 2 * changedInBlocks);
        Assert.InRange(second.Figures.SentBytes, 1, second.Figures.ReadBytes);
        Assert.Equal(0, unchanged.Figures.SentBytes);
        Assert.Equal(0, unchanged.Figures.SentBlocks);
        Assert.NotEqual(second.PointId, unchanged.PointId);

        var recovered = await hosts.UntilEndedAsync(await hosts.StartRecoveryAsync(unchanged.PointId!.Value, "wëb 02", Cancellation), Cancellation);
        Assert.Equal("succeeded", recovered.State);
        Assert.True(await hosts.IsIdenticalAsync("wëb 02", Cancellation));
        await hosts.UntilNothingIsLeftAsync(Cancellation);

        await hosts.Fabric.DisposeAsync();
        var usage = await StoredBlocks.UsageAsync(hosts.Fabric.Folder.Server, Cancellation);
        Assert.Equal(usage.Blocks, first.Figures.SentBlocks + second.Figures.SentBlocks);
    }

    [Fact]
    public async Task A_guest_that_writes_while_it_is_backed_up_gets_points_of_the_moments_of_their_checkpoints()
    {
        await using var hosts = await TwoHosts.StartAsync(Cancellation);
        using var guest = ChildProcess.Start("guest", hosts.Fabric.Programs.Lab, ["guest", "run", "--dir", hosts.Fabric.Folder.Lab, "--vm", TwoHosts.Vm, "--rate", "4M"], Path.Combine(hosts.Fabric.Folder.Logs, "guest.log"));
        var points = new List<Guid>();
        for (var i = 0; i < 3; i++) points.Add((await hosts.BackupAsync(Cancellation)).PointId!.Value);
        guest.Terminate();
        foreach (var (point, i) in points.Select((p, i) => (p, i)))
        {
            var name = $"copy {i}";
            var recovered = await hosts.UntilEndedAsync(await hosts.StartRecoveryAsync(point, name, Cancellation), Cancellation);
            Assert.Equal("succeeded", recovered.State);
            var verified = (await hosts.Fabric.LabAsync(Cancellation, "verify", "--vm-host", "HV2", "--vm", name, "--against-vm", TwoHosts.Vm, "--at-checkpoint", $"{i + 1}")).Json;
            Assert.True(verified.GetProperty("identical").GetBoolean(), JsonSerializer.Serialize(verified));
        }

        await hosts.UntilNothingIsLeftAsync(Cancellation);
    }

    private static string CommandLineOf(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return ""; // ended meanwhile
        }
    }
}
