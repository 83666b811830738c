using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.Lab.Tests;

/// <summary>What management code does with WMI, in few words.</summary>
internal sealed class WmiDriver(IWmi wmi)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<IReadOnlyList<WmiObject>> ListAsync(string wql)
    {
        List<WmiObject> found = [];
        await foreach (WmiObject instance in wmi.QueryAsync(wql, Cancellation))
            found.Add(instance);
        return found;
    }

    public async Task<WmiObject> OneAsync(string wql) => Assert.Single(await ListAsync(wql));

    public async Task<WmiObject> ServiceAsync(string className) => await OneAsync($"SELECT * FROM {className}");

    public Task<WmiObject> VmAsync(Guid id) => OneAsync($"SELECT * FROM Msvm_ComputerSystem WHERE Name = '{id.ToString("D").ToUpperInvariant()}'");

    public async Task<WmiObject> CallAsync(string service, string method, params (string Name, object? Value)[] arguments) =>
        await wmi.InvokeAsync((await ServiceAsync(service)).Path!, method, arguments.ToDictionary(a => a.Name, a => a.Value), Cancellation);

    /// <summary>Calls, waits for the job, and gives what it affected.</summary>
    public async Task<IReadOnlyList<WmiObject>> DoAsync(string service, string method, params (string Name, object? Value)[] arguments)
    {
        (WmiObject job, IReadOnlyList<WmiObject> affected) = await TryAsync(service, method, arguments);
        Assert.True(job.Get<int>("JobState") == 7, $"{method}: {job.Get<string>("ErrorDescription")}");
        return affected;
    }

    public async Task<(WmiObject Job, IReadOnlyList<WmiObject> Affected)> TryAsync(string service, string method, params (string Name, object? Value)[] arguments)
    {
        WmiObject answer = await CallAsync(service, method, arguments);
        Assert.Equal(4096u, answer.Get<uint>("ReturnValue"));
        string path = answer.Get<string>("Job")!;
        WmiObject? job = null;
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(10));
        while (job is null || job.Get<int>("JobState") < 7)
        {
            await timer.WaitForNextTickAsync(Cancellation);
            job = await wmi.GetAsync(path, Cancellation);
            Assert.NotNull(job);
        }

        return (job, await ListAsync($"ASSOCIATORS OF {{{path}}} WHERE AssocClass=Msvm_AffectedJobElement"));
    }

    public static WmiObject Embedded(string className, params (string Name, object? Value)[] properties) =>
        new(className, null, properties.ToDictionary(p => p.Name, p => p.Value));

    public async Task<WmiObject> CheckpointAsync(Guid vm, byte consistency = 1)
    {
        IReadOnlyList<WmiObject> affected = await DoAsync(
            "Msvm_VirtualSystemSnapshotService",
            "CreateSnapshot",
            ("AffectedSystem", (await VmAsync(vm)).Path),
            ("SnapshotSettings", Embedded("Msvm_VirtualSystemSnapshotSettingData", ("ConsistencyLevel", consistency), ("GuestBackupType", (byte)2), ("IgnoreNonSnapshottableDisks", true))),
            ("SnapshotType", (ushort)32768));
        return Assert.Single(affected, a => a.ClassName == "Msvm_VirtualSystemSettingData");
    }

    public async Task<WmiObject> ConvertAsync(WmiObject checkpoint, byte consistency = 1) => Assert.Single(await DoAsync(
        "Msvm_VirtualSystemSnapshotService",
        "ConvertToReferencePoint",
        ("AffectedSnapshot", checkpoint.Path),
        ("ReferencePointSettings", Embedded("Msvm_VirtualSystemReferencePointSettingData", ("ConsistencyLevel", consistency)))));

    public Task DestroyAsync(WmiObject checkpoint) =>
        DoAsync("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", ("AffectedSnapshot", checkpoint.Path));

    /// <summary>Paths of the disks of a configuration.</summary>
    public async Task<IReadOnlyList<string>> DisksAsync(WmiObject settings) =>
        [.. (await ListAsync($"ASSOCIATORS OF {{{settings.Path}}} WHERE AssocClass=Msvm_VirtualSystemSettingDataComponent ResultClass=Msvm_StorageAllocationSettingData"))
            .Select(d => d.List<string>("HostResource")[0])];
}
