using System.Globalization;
using System.Text.Json;
using BackupFabric.Protos.Rest;
using BackupFabric.Tour.Fabric;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>A fabric of two hosts, HV1 and HV2, and a running VM on HV1; a folder of its own, removed at the end.</summary>
public sealed class TwoHosts : IAsyncDisposable
{
    public const string Vm = "web 01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private TwoHosts(LabFabric fabric) => Fabric = fabric;

    public LabFabric Fabric { get; }

    public static async Task<TwoHosts> StartAsync(CancellationToken cancellation, string size = "2G", string used = "96M", Action<LabFabric>? configure = null)
    {
        var hosts = Create();
        try
        {
            configure?.Invoke(hosts.Fabric);
            (await hosts.Fabric.LabAsync(cancellation, "create", "--host", "HV1", "--host", "HV2")).Expect();
            (await hosts.Fabric.LabAsync(cancellation, "vm", "create", "--host", "HV1", "--name", Vm, "--size", size, "--used", used)).Expect();
            (await hosts.Fabric.LabAsync(cancellation, "vm", "start", "--vm", Vm)).Expect();
            await hosts.Fabric.StartServerAsync(cancellation);
            await hosts.Fabric.SignInAsync(cancellation);
            foreach (var host in (string[])["HV1", "HV2"])
            {
                await hosts.Fabric.EnrolAsync(host, cancellation);
                await hosts.Fabric.StartAgentAndWaitAsync(host, cancellation);
            }

            await hosts.Fabric.VmAsync(Vm, cancellation);
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    /// <summary>Only the folder and the programs; nothing started yet.</summary>
    public static TwoHosts Create()
    {
        var root = Programs.SourceRoot();
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        // A path with a space and beyond ASCII, as users have them.
        var folder = new LabFolder(Path.Combine(Path.GetTempPath(), "bf e2e é", Guid.NewGuid().ToString("N")[..8]));
        folder.Prepare();
        return new TwoHosts(new LabFabric(Programs.In(root, configuration), folder, LabFabric.FreePort(), TimeProvider.System));
    }

    public async Task<JobView> BackupAsync(CancellationToken cancellation, params string[] options) =>
        (await Fabric.BfAsync(cancellation, ["backup", Vm, "--wait", .. options])).Expect().As<JobView>();

    public async Task<Guid> StartBackupAsync(CancellationToken cancellation) =>
        (await Fabric.BfAsync(cancellation, "backup", Vm)).Expect().As<JobAccepted>().JobId;

    public async Task<Guid> StartRecoveryAsync(Guid point, string name, CancellationToken cancellation) =>
        (await Fabric.BfAsync(cancellation, "recover", "vm", $"{point:N}", "--to-host", "HV2", "--name", name)).Expect().As<JobAccepted>().JobId;

    public async Task<JobView> JobAsync(Guid job, CancellationToken cancellation) =>
        (await Fabric.BfAsync(cancellation, "job", "show", $"{job:N}")).Expect().As<JobView>();

    public async Task<JobView> UntilAsync(Guid job, string what, Func<JobView, bool> holds, CancellationToken cancellation)
    {
        JobView? last = null;
        await Fabric.UntilAsync($"job {job:N} {what}; it is {last}", async () =>
        {
            last = await JobAsync(job, cancellation);
            if (last.Ended && !holds(last)) throw new TourException($"The job ended before it {what}: {JsonSerializer.Serialize(last)}\n{Fabric.Server?.LogTail()}");
            return holds(last);
        }, cancellation, Patience);
        return last!;
    }

    public Task<JobView> UntilEndedAsync(Guid job, CancellationToken cancellation) => UntilAsync(job, "ended", j => j.Ended, cancellation);

    public async Task<JsonElement> GuestWritesAsync(string bytes, CancellationToken cancellation) =>
        (await Fabric.LabAsync(cancellation, "guest", "write", "--vm", Vm, "--bytes", bytes)).Expect().Json;

    public async Task<bool> IsIdenticalAsync(string recovered, CancellationToken cancellation) =>
        (await Fabric.LabAsync(cancellation, "verify", "--vm-host", "HV2", "--vm", recovered, "--against-vm", Vm)).Json.GetProperty("identical").GetBoolean();

    public async Task<JsonElement> LeftoversAsync(CancellationToken cancellation) => (await Fabric.LabAsync(cancellation, "leftovers")).Expect().Json;

    /// <summary>Waits until nothing of ours is left on any host but the one reference point per protected VM.</summary>
    public Task UntilNothingIsLeftAsync(CancellationToken cancellation, int referencePointsAtMost = 1) =>
        Fabric.UntilAsync("no checkpoint, planned VM or orphaned file is left", async () =>
        {
            var left = await LeftoversAsync(cancellation);
            return left.GetProperty("checkpoints").GetInt32() == 0 && left.GetProperty("plannedSystems").GetInt32() == 0
                && left.GetProperty("orphanFiles").GetInt32() == 0 && left.GetProperty("referencePoints").GetInt32() <= referencePointsAtMost;
        }, cancellation, Patience);

    /// <summary>What goes wrong on purpose from now on; nothing when empty.</summary>
    public void Faults(string json = "{}")
    {
        var file = Path.Combine(Fabric.Folder.Lab, "faults.json");
        File.WriteAllText(file + ".new", json);
        File.Move(file + ".new", file, overwrite: true);
    }

    public void SlowReads(int milliseconds) =>
        Faults(string.Create(CultureInfo.InvariantCulture, $$"""{"reads":[{"delayMilliseconds":{{milliseconds}}}]}"""));

    public async ValueTask DisposeAsync()
    {
        await Fabric.DisposeAsync();
        Directory.Delete(Fabric.Folder.Path, recursive: true);
    }
}
