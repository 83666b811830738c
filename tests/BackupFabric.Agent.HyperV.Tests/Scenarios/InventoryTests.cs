using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Tests.Bench;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupFabric.Agent.HyperV.Tests.Scenarios;

public sealed class InventoryTests : IAsyncDisposable
{
    private readonly LabBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_VM_is_described_with_its_disks_guest_and_memory()
    {
        var made = await _bench.VmAsync(disks: 2);
        var agent = _bench.Agent(_bench.Here);
        var vm = Assert.Single((await agent.InventoryAsync(Cancellation)).Vms);
        Assert.Equal((made.Id.ToString("D"), "web", VmState.Running, 2u, "10.0", @"C:\VMs\web"),
            (vm.VmId, vm.Name, vm.State, vm.Generation, vm.ConfigurationVersion, vm.ConfigurationPath));
        Assert.Equal(1024UL << 20, vm.MemoryBytes);
        Assert.Contains("Windows Server 2022", vm.GuestOs, StringComparison.Ordinal);
        Assert.Equal(["SCSI 0:0", "SCSI 0:1"], vm.Disks.Select(d => d.Location));
        Assert.All(vm.Disks, d => Assert.Equal(((ulong)LabBench.DiskBytes, DiskProtection.Incremental), (d.Length, d.Protection)));
        Assert.Equal(2, vm.Disks.Select(d => Guid.Parse(d.DiskKey)).Distinct().Count());
        Assert.Empty(vm.Warnings);
        Assert.Equal(("Hyper-V 10.0.20348", true), (agent.Description, agent.OperatingSystem.Contains("2022", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_generation_1_VM_boots_from_IDE()
    {
        await _bench.VmAsync(generation: 1, running: false);
        var vm = Assert.Single((await _bench.Agent(_bench.Here).InventoryAsync(Cancellation)).Vms);
        Assert.Equal((1u, VmState.Off, "IDE 0:0"), (vm.Generation, vm.State, vm.Disks[0].Location));
    }

    [Fact]
    public async Task What_cannot_be_had_is_said_in_sentences()
    {
        var made = await _bench.VmAsync(disks: 2);
        _bench.Change(made.Id, v =>
        {
            v.Guest.VssStatus = 13;
            v.Settings.UserSnapshotType = 2;
            v.Settings.Version = "5.0";
        });
        File.Delete(_bench.Here.Volumes.ToLocal(made.Settings.Disks[1].Path));
        var vm = Assert.Single((await _bench.Agent(_bench.Here).InventoryAsync(Cancellation)).Vms);
        Assert.Equal(4, vm.Warnings.Count);
        Assert.All(vm.Warnings, w => Assert.EndsWith(".", w, StringComparison.Ordinal));
        Assert.All(vm.Disks, d => Assert.Equal(DiskProtection.FullRead, d.Protection));
        Assert.Equal(["", vm.Disks[0].DiskKey], vm.Disks.Select(d => d.DiskKey).Order());
    }

    [Fact]
    public async Task A_host_before_change_tracking_reads_everything_each_time()
    {
        await using var bench = new LabBench("Windows Server 2012 R2");
        await bench.VmAsync();
        var vm = Assert.Single((await bench.Agent(bench.Here).InventoryAsync(Cancellation)).Vms);
        Assert.Equal(DiskProtection.FullRead, vm.Disks[0].Protection);
        Assert.Contains(vm.Warnings, w => w.Contains("no change tracking", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Events_of_the_host_become_hints()
    {
        var id = Guid.NewGuid();
        await using var wmi = new ScriptedWmi
        {
            OnSubscribe = _ => [Event("__InstanceCreationEvent", "HOST"), Event("__InstanceModificationEvent", id.ToString("D").ToUpperInvariant()), Event("__InstanceDeletionEvent", id.ToString("D"))],
        };
        var hints = await Agent(wmi).ChangesAsync(Cancellation).Take(2).ToListAsync(Cancellation);
        Assert.Equal([new HostChange(HostChangeKind.Changed, id), new HostChange(HostChangeKind.Gone, id)], hints);
    }

    [Fact]
    public async Task A_host_without_events_is_swept()
    {
        var (id, other) = (Guid.NewGuid(), Guid.NewGuid());
        var looks = 0;
        await using var wmi = new ScriptedWmi
        {
            OnSubscribe = _ => throw new WmiException("ExecNotificationQuery", 0x80041001),
            OnQuery = wql =>
            {
                if (wql.Contains("Msvm_VirtualSystemSettingData", StringComparison.Ordinal)) return [Settings(id), Settings(other)];
                looks++;
                return looks == 1 ? [System(id, 3)] : looks == 2 ? [System(id, 2), System(other, 3)] : [System(other, 3)];
            },
        };
        var hints = await Agent(wmi).ChangesAsync(Cancellation).Take(3).ToListAsync(Cancellation);
        Assert.Equal([new(HostChangeKind.Changed, id), new(HostChangeKind.Changed, other), new HostChange(HostChangeKind.Gone, id)], hints);
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private HyperVHypervisor Agent(ScriptedWmi wmi) => new HyperVHypervisor(
        _bench.SeamsOf(_bench.Here) with { Virtualization = wmi }, new HyperVOptions(), new HurriedTime(), NullLogger<HyperVHypervisor>.Instance);

    private static WmiObject Event(string kind, string name) => ScriptedWmi.Instance(kind, null, ("TargetInstance", ScriptedWmi.Instance("Msvm_ComputerSystem", null, ("Name", name))));

    private static WmiObject System(Guid id, int state) => ScriptedWmi.Instance("Msvm_ComputerSystem", null, ("Name", id.ToString("D").ToUpperInvariant()), ("EnabledState", (ushort)state));

    private static WmiObject Settings(Guid id) => ScriptedWmi.Instance("Msvm_VirtualSystemSettingData", null, ("VirtualSystemIdentifier", id.ToString("D").ToUpperInvariant()));
}
