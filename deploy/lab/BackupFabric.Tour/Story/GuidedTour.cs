using BackupFabric.Protos.Rest;
using BackupFabric.Tour.Fabric;

namespace BackupFabric.Tour.Story;

/// <summary>The main job, one line per step, with real processes.</summary>
internal sealed class GuidedTour(Programs programs, LabFolder folder, TourSettings settings, TimeProvider time)
{
    private const string Source = "HV1";
    private const string Target = "HV2";
    private const string Vm = "erp-db";
    private const string RecoveredVm = "erp-db-recovered";
    private const string MadeUpDiskSize = "16G";
    private const string MadeUpDiskContent = "1G";
    private const string GuestWrites = "48M";

    private readonly TourReport _report = new();

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (settings.Disk is { } disk && !File.Exists(disk)) throw new TourException($"'{disk}' does not exist. --disk takes a VHDX, VHD or raw image.", 2);
        folder.Prepare();
        await using var fabric = new LabFabric(programs, folder, settings.Port, time);
        await PrepareDataCentreAsync(fabric, cancellation);
        await StepAsync("start the server, sign in", "server_start", async () =>
        {
            await fabric.StartServerAsync(cancellation);
            await fabric.SignInAsync(cancellation);
        });
        await StepAsync("enrol two hosts, start their agents", "enrol", async () =>
        {
            foreach (var host in (string[])[Source, Target])
            {
                await fabric.EnrolAsync(host, cancellation);
                await fabric.StartAgentAndWaitAsync(host, cancellation);
            }
        });
        await ProtectAsync(fabric, cancellation);
        await RecoverAsync(fabric, cancellation);
        await CountLeftoversAsync(fabric, cancellation);
        _report.Print(settings.Json);
        if (!settings.Once)
        {
            fabric.LeaveRunning();
            Say(fabric);
        }

        if (settings.Json) Console.WriteLine(_report.ToJson());
        return _report.EverythingHeld ? 0 : 1;
    }

    private Task<bool> PrepareDataCentreAsync(LabFabric fabric, CancellationToken cancellation) =>
        StepAsync("make a data centre with two Hyper-V hosts and a running VM", "lab", async () =>
        {
            (await fabric.LabAsync(cancellation, "create", "--host", Source, "--host", Target)).Expect();
            string[] disk = settings.Disk is { } file ? ["--disk", Path.GetFullPath(file)] : ["--size", MadeUpDiskSize, "--used", MadeUpDiskContent];
            (await fabric.LabAsync(cancellation, ["vm", "create", "--host", Source, "--name", Vm, .. disk])).Expect();
            (await fabric.LabAsync(cancellation, "vm", "start", "--vm", Vm)).Expect();
        });

    private async Task ProtectAsync(LabFabric fabric, CancellationToken cancellation)
    {
        await fabric.VmAsync(Vm, cancellation);
        var initial = await StepAsync("initial replication", "initial", () => BackupAsync(fabric, cancellation));
        _report.Initial(initial);

        var written = await StepAsync("the guest writes", "guest", async () => (await fabric.LabAsync(cancellation, "guest", "write", "--vm", Vm, "--bytes", GuestWrites)).Expect().Json);
        _report.GuestChanged(written.GetProperty("changedBytes").GetInt64(), written.GetProperty("changedBytesInClusters").GetInt64());

        var sync = await StepAsync("synchronization", "sync", () => BackupAsync(fabric, cancellation));
        var point = (await fabric.BfAsync(cancellation, "point", "show", $"{sync.PointId:N}")).Expect().As<PointView>();
        _report.Synchronized(sync, point);

        var unchanged = await StepAsync("synchronization of the unchanged VM", "unchanged", () => BackupAsync(fabric, cancellation));
        _report.Unchanged(unchanged);
    }

    private async Task RecoverAsync(LabFabric fabric, CancellationToken cancellation)
    {
        var points = (await fabric.BfAsync(cancellation, "point", "list", "--vm", Vm)).Expect().As<List<PointView>>();
        var recovered = await StepAsync($"recovery to {Target}", "restore", async () =>
            (await fabric.BfAsync(cancellation, "recover", "vm", $"{points[0].Id:N}", "--to-host", Target, "--name", RecoveredVm, "--wait")).Expect().As<JobView>());
        _report.Recovered(recovered);
        var verified = await StepAsync("compare every byte", "verify", async () =>
            (await fabric.LabAsync(cancellation, "verify", "--vm-host", Target, "--vm", RecoveredVm, "--against-vm", Vm)).Json);
        _report.Verified(verified.GetProperty("identical").GetBoolean(), Target);
    }

    private async Task CountLeftoversAsync(LabFabric fabric, CancellationToken cancellation)
    {
        var leftovers = (await fabric.LabAsync(cancellation, "leftovers")).Expect().Json;
        _report.Leftovers(leftovers.GetProperty("checkpoints").GetInt32(), leftovers.GetProperty("plannedSystems").GetInt32());
    }

    private static async Task<JobView> BackupAsync(LabFabric fabric, CancellationToken cancellation) =>
        (await fabric.BfAsync(cancellation, "backup", Vm, "--wait")).Expect().As<JobView>();

    private async Task<T> StepAsync<T>(string what, string key, Func<Task<T>> step)
    {
        Console.Error.Write($"  {what} ... ");
        var started = time.GetTimestamp();
        var result = await step();
        var took = time.GetElapsedTime(started);
        _report.Took(key, took);
        Console.Error.WriteLine($"{took.TotalSeconds:0.0} s");
        return result;
    }

    private Task<bool> StepAsync(string what, string key, Func<Task> step) => StepAsync(what, key, async () =>
    {
        await step();
        return true;
    });

    private void Say(LabFabric fabric)
    {
        var first = fabric.FirstSignIn();
        Console.WriteLine($"""

            Everything is still running: the server, two Hyper-V hosts and their agents.
              Server       {fabric.Address}   (REST, gRPC; OpenAPI document at /openapi/v1.json)
              Sign-in      {first.User} / {first.Password}
              Fingerprint  {first.Fingerprint}
              Try          {Path.GetRelativePath(Environment.CurrentDirectory, programs.Bf)} --profile {folder.Profile} vm list
              The guest    {Path.GetRelativePath(Environment.CurrentDirectory, programs.Lab)} guest write --dir {folder.Lab} --vm {Vm} --bytes 20M
              Logs         {folder.Logs}
              Stop it      deploy/lab/run.sh --stop{(folder.Path.EndsWith(".lab", StringComparison.Ordinal) ? "" : $" --dir {folder.Path}")}
            """);
    }
}
