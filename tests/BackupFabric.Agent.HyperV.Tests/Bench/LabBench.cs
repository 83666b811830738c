using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Faults;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFabric.Agent.HyperV.Tests.Bench;

/// <summary>Two simulated hosts with real disk images, and an agent's hypervisor on each.</summary>
internal sealed class LabBench : IAsyncDisposable
{
    public const int DiskBytes = 24 << 20;
    private static readonly HyperVOptions Options = new()
    {
        JobPollLongest = TimeSpan.FromMilliseconds(100),
        JobTimeLimit = TimeSpan.FromMinutes(1),
        MergeTimeLimit = TimeSpan.FromMinutes(1),
        RecoveryMarginBytes = 1 << 20,
    };

    private readonly List<IAsyncDisposable> _open = [];
    private readonly FaultDocument _faults = new();

    public LabBench(string windows = "Windows Server 2022", string otherWindows = "Windows Server 2022")
    {
        Lab = LabFolder.Create(Directory.CreateTempSubdirectory("bf-hyperv-").FullName);
        Here = Lab.AddHost("HV1", WindowsVersion.Parse(windows), TimeProvider.System);
        There = Lab.AddHost("HV2", WindowsVersion.Parse(otherWindows), TimeProvider.System);
    }

    public LabFolder Lab { get; }

    public LabHost Here { get; }

    public LabHost There { get; }

    public MemoryJournal Journal { get; } = new();

    public HostSeams SeamsOf(LabHost host)
    {
        var seams = LabHostSeams.Open(Lab.Path, host.Name);
        _open.Add(seams.Virtualization);
        return seams;
    }

    /// <summary>The agent's process is gone: what the host was doing for it ends, and the host puts right what that left half-done.</summary>
    public async Task EndAsync(HostSeams seams, LabHost host)
    {
        _open.Remove(seams.Virtualization);
        await seams.Virtualization.DisposeAsync();
        foreach (var vm in host.Vms()) (await VmSession.OpenAsync(host, vm.Id, CancellationToken.None)).Dispose();
    }

    public IHypervisor Agent(LabHost host) => Agent(SeamsOf(host));

    public static IHypervisor Agent(HostSeams seams) => new HyperVHypervisor(seams, Options, TimeProvider.System, NullLogger<HyperVHypervisor>.Instance);

    public async Task<VmDocument> VmAsync(string name = "web", int disks = 1, bool running = true, int generation = 2, string guestOs = "Windows Server 2022 Datacenter")
    {
        var wanted = new NewVm(name, generation, 2, 1024, [.. Enumerable.Range(0, disks).Select(i => new NewDisk(null, DiskBytes, 2 << 20, (ulong)(i + 1)))], Application: true, guestOs);
        var vm = await VmBuilder.CreateAsync(Here, wanted, null, TestContext.Current.CancellationToken);
        if (running) Change(vm.Id, v => v.Running = true);
        return Here.FindVm(vm.Id)!;
    }

    public void Change(Guid vmId, Action<VmDocument> change)
    {
        var vm = Here.FindVm(vmId)!;
        change(vm);
        Here.Save(vm);
    }

    public async Task GuestWritesAsync(VmDocument vm, long bytes, ulong seed)
    {
        using var guest = await LabGuest.OpenAsync(Lab.Path, vm.Id.ToString("D"), seed, cancellation: TestContext.Current.CancellationToken);
        await guest.WriteAsync(bytes, TestContext.Current.CancellationToken);
    }

    public void Fault(Action<FaultDocument> change)
    {
        change(_faults);
        LabJson.Replace(Lab.FaultsFile, _faults, LabJson.Default.FaultDocument);
    }

    public static SnapshotRequest Request(VmDocument vm, ConsistencyContract contract = ConsistencyContract.ApplicationPreferred, Baseline? baseline = null) =>
        new(Guid.NewGuid(), vm.Id, contract, baseline);

    /// <summary>What the VM's disk held when the newest checkpoint was taken.</summary>
    public async Task<byte[]> TruthAsync(VmDocument vm, int disk = 0)
    {
        var moment = Truth.Moments(Here.FolderOf(vm.Id))[^1];
        await using var truth = await LabTruth.OpenAsync(Lab.Path, vm.Id.ToString("D"), disk, moment.Sequence, TestContext.Current.CancellationToken);
        var bytes = new byte[truth.Length];
        await truth.ReadAsync(0, bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>As the agent does when it comes back: every entry of its journal is cleaned up.</summary>
    public async Task RestartAsync(LabHost host)
    {
        var agent = Agent(host);
        Journal.BeforeWrite = () => { };
        foreach (var entry in Journal.Entries)
        {
            await agent.CleanUpAsync(entry, TestContext.Current.CancellationToken);
            await agent.CleanUpAsync(entry, TestContext.Current.CancellationToken);
            await Journal.ForgetAsync(entry, CancellationToken.None);
        }
    }

    public void AssertNothingLeft(LabHost host, int referencePoints = 0)
    {
        var left = HostLeftovers.Of(host);
        Assert.Equal((0, referencePoints, 0, 0), (left.Checkpoints, left.ReferencePoints, left.PlannedSystems, left.PendingMerges));
        Assert.Empty(left.OrphanFiles);
        Assert.Empty(Journal.Entries);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open) await open.DisposeAsync();
        Directory.Delete(Lab.Path, recursive: true);
    }
}
