using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;

namespace BackupFabric.Agent.Lab.Tests;

public sealed class InventoryTests
{
    [Fact]
    public async Task A_vm_is_found_with_its_settings_disks_adapters_and_guest()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync(disks: 2);
        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        IReadOnlyList<WmiObject> systems = await driver.ListAsync("SELECT * FROM Msvm_ComputerSystem");
        Assert.Equal(2, systems.Count);
        WmiObject system = Assert.Single(systems, s => Guid.TryParse(s.Get<string>("Name"), out _));
        Assert.Equal(("web", 2, "Virtual Machine"), (system.Get<string>("ElementName"), system.Get<int>("EnabledState"), system.Get<string>("Caption")));

        WmiObject settings = Assert.Single(await driver.ListAsync($"ASSOCIATORS OF {{{system.Path}}} WHERE AssocClass = Msvm_SettingsDefineState ResultClass = Msvm_VirtualSystemSettingData"));
        Assert.Equal($"Microsoft:{system.Get<string>("Name")}", settings.Get<string>("InstanceID"));
        Assert.Equal("Microsoft:Hyper-V:System:Realized", settings.Get<string>("VirtualSystemType"));
        Assert.Equal([@"C:\VMs\web\Virtual Hard Disks\web.vhdx", @"C:\VMs\web\Virtual Hard Disks\web-1.vhdx"], await driver.DisksAsync(settings));

        WmiObject disk = (await driver.ListAsync("SELECT * FROM Msvm_StorageAllocationSettingData WHERE ResourceType = 31"))[1];
        WmiObject drive = (await wmi.GetAsync(disk.Get<string>("Parent")!))!;
        Assert.Equal(("Microsoft:Hyper-V:Synthetic Disk Drive", "1"), (drive.Get<string>("ResourceSubType"), drive.Get<string>("AddressOnParent")));
        Assert.Equal("Microsoft:Hyper-V:Synthetic SCSI Controller", (await wmi.GetAsync(drive.Get<string>("Parent")!))!.Get<string>("ResourceSubType"));
        string escaped = disk.Get<string>("InstanceID")!.Replace(@"\", @"\\", StringComparison.Ordinal);
        Assert.Equal(disk.Path, (await driver.OneAsync($"SELECT * FROM Msvm_StorageAllocationSettingData WHERE InstanceID = '{escaped}'")).Path);

        WmiObject port = await driver.OneAsync("SELECT * FROM Msvm_EthernetPortAllocationSettingData");
        Assert.Equal("LAN", (await wmi.GetAsync(port.List<string>("HostResource")[0]))!.Get<string>("ElementName"));
        WmiObject guest = Assert.Single(await driver.ListAsync($"ASSOCIATORS OF {{{system.Path}}} WHERE AssocClass=Msvm_SystemDevice ResultClass=Msvm_KvpExchangeComponent"));
        Assert.Contains(guest.List<string>("GuestIntrinsicExchangeItems"), i => i.Contains("OSName", StringComparison.Ordinal) && i.Contains("Windows Server 2022 Datacenter", StringComparison.Ordinal));
        Assert.Equal([2], (await driver.OneAsync("SELECT * FROM Msvm_VssComponent")).List<int>("OperationalStatus"));
        Assert.NotEmpty(await driver.ListAsync($"REFERENCES OF {{{system.Path}}} WHERE ResultClass=Msvm_SettingsDefineState"));
    }

    [Fact]
    public async Task Summaries_tell_memory_guest_and_operation()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        WmiObject settings = await driver.OneAsync("SELECT * FROM Msvm_VirtualSystemSettingData");
        WmiObject answer = await driver.CallAsync(
            "Msvm_VirtualSystemManagementService", "GetSummaryInformation", ("SettingData", new[] { settings.Path! }), ("RequestedInformation", new uint[] { 0, 1, 103, 106 }));
        WmiObject summary = Assert.Single(answer.List<WmiObject>("SummaryInformation"));
        Assert.Equal((SettingIds.Guid(vm.Id), 2048UL, "Windows Server 2022 Datacenter"), (summary.Get<string>("Name"), summary.Get<ulong>("MemoryUsage"), summary.Get<string>("GuestOperatingSystem")));
    }

    [Fact]
    public async Task Events_tell_of_a_change_of_state_made_by_another_process()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using IWmi wmi = lab.Open().Virtualization;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(LabFixture.Cancellation);
        IAsyncEnumerator<WmiObject> events = wmi
            .SubscribeAsync("SELECT * FROM __InstanceModificationEvent WITHIN 0.1 WHERE TargetInstance ISA 'Msvm_ComputerSystem' AND TargetInstance.EnabledState = 3", stop.Token)
            .GetAsyncEnumerator(stop.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        Assert.Equal(0, (await lab.RunAsync("vm", "stop", "--vm", "web")).Code);
        Assert.True(await next.WaitAsync(TimeSpan.FromMinutes(1), LabFixture.Cancellation));
        Assert.Equal(SettingIds.Guid(vm.Id), events.Current.Get<WmiObject>("TargetInstance")!.Get<string>("Name"));
        Assert.Equal(2, events.Current.Get<WmiObject>("PreviousInstance")!.Get<int>("EnabledState"));
        await stop.CancelAsync();
    }

    [Fact]
    public async Task A_checkpoint_hangs_on_its_vm_and_shows_its_frozen_disks()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
        Assert.Equal("Microsoft:Hyper-V:Snapshot:Recovery", checkpoint.Get<string>("VirtualSystemType"));
        string system = (await driver.VmAsync(vm.Id)).Path!;
        Assert.Equal(checkpoint.Path, Assert.Single(await driver.ListAsync($"ASSOCIATORS OF {{{system}}} WHERE AssocClass=Msvm_SnapshotOfVirtualSystem")).Path);
        Assert.EndsWith("web.vhdx", Assert.Single(await driver.DisksAsync(checkpoint)), StringComparison.Ordinal);
        WmiObject running = Assert.Single(await driver.ListAsync($"ASSOCIATORS OF {{{system}}} WHERE AssocClass=Msvm_SettingsDefineState"));
        Assert.EndsWith(".avhdx", Assert.Single(await driver.DisksAsync(running)), StringComparison.Ordinal);
        string definition = $@"{checkpoint.Get<string>("ConfigurationDataRoot")}\{checkpoint.Get<string>("ConfigurationFile")}";
        Assert.True(lab.Open().Files.FileExists(definition), definition);
    }

    [Fact]
    public async Task A_lost_reader_of_the_vss_state_gets_a_failed_job_with_texts()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        using (VmSession session = await VmSession.OpenAsync(lab.Host, vm.Id, LabFixture.Cancellation))
        {
            session.Vm.Guest.VssStatus = 13;
            session.Save();
        }

        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        (WmiObject job, _) = await driver.TryAsync(
            "Msvm_VirtualSystemSnapshotService", "CreateSnapshot", ("AffectedSystem", (await driver.VmAsync(vm.Id)).Path), ("SnapshotType", 32768));
        Assert.Equal((10, 32768), (job.Get<int>("JobState"), job.Get<int>("ErrorCode")));
        WmiObject errors = await wmi.InvokeAsync(job.Path!, "GetErrorEx", new Dictionary<string, object?>());
        Assert.Contains("Volume Shadow Copy", Assert.Single(errors.List<string>("Errors")), StringComparison.Ordinal);
        await driver.CheckpointAsync(vm.Id, 2);
        Assert.Equal(2, Assert.Single(lab.Host.FindVm(vm.Id)!.Checkpoints).Consistency);
    }
}
