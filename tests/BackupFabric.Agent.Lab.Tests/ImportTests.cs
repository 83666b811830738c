using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Disks;
using static BackupFabric.Agent.Lab.Tests.WmiDriver;

namespace BackupFabric.Agent.Lab.Tests;

/// <summary>Export of a checkpoint's definition, and the way back through a planned VM on another host.</summary>
public sealed class ImportTests
{
    private const string Management = "Msvm_VirtualSystemManagementService";

    [Fact]
    public async Task A_vm_restored_from_a_checkpoint_runs_on_the_other_host_with_the_bytes_of_that_moment()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams source = lab.Open();
        HostSeams target = lab.Open("HV2");
        await using IWmi sourceWmi = source.Virtualization;
        await using IWmi targetWmi = target.Virtualization;
        WmiDriver driver = new(sourceWmi);
        WmiDriver there = new(targetWmi);
        await BackupCycleTests.WriteAsync(lab, 4 << 20);
        WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
        await BackupCycleTests.WriteAsync(lab, 4 << 20);

        (string file, byte[] definition) = await ExportAsync(driver, source, vm, checkpoint);
        const string Folder = @"C:\Restored\web copy";
        target.Files.CreateFolder(@"c:\restored\Web Copy\Virtual Machines");
        await target.Files.WriteAllAsync($@"{Folder}\Virtual Machines\{file}", definition, LabFixture.Cancellation);
        string disk = $@"{Folder}\web.vhdx";
        await CopyDiskAsync(source, (await driver.DisksAsync(checkpoint))[0], target, disk);
        await driver.ConvertAsync(checkpoint);

        WmiObject planned = await ImportAsync(there, $@"{Folder}\Virtual Machines\{file}");
        WmiObject settings = Assert.Single(await there.ListAsync($"ASSOCIATORS OF {{{planned.Path}}} WHERE AssocClass=Msvm_SettingsDefineState"));
        Assert.Equal("Microsoft:Hyper-V:System:Planned", settings.Get<string>("VirtualSystemType"));
        (WmiObject invalid, _) = await there.TryAsync(Management, "ValidatePlannedSystem", ("PlannedSystem", planned.Path));
        Assert.Equal(10, invalid.Get<int>("JobState"));
        WmiObject texts = await targetWmi.InvokeAsync(invalid.Path!, "GetErrorEx", new Dictionary<string, object?>());
        Assert.Contains(texts.List<string>("Errors"), t => t.Contains("web.vhdx", StringComparison.Ordinal));
        Assert.Contains(texts.List<string>("Errors"), t => t.Contains("Ethernet switch 'LAN'", StringComparison.Ordinal));

        await FixAsync(there, settings, disk);
        await there.DoAsync(Management, "ValidatePlannedSystem", ("PlannedSystem", planned.Path));
        WmiObject realized = Assert.Single(await there.DoAsync(Management, "RealizePlannedSystem", ("PlannedSystem", planned.Path)));
        Assert.Equal(("Msvm_ComputerSystem", "copy"), (realized.ClassName, realized.Get<string>("ElementName")));
        Assert.Empty(await there.ListAsync("SELECT * FROM Msvm_PlannedComputerSystem"));

        (int code, string output, string error) = await lab.RunAsync("verify", "--vm", "copy", "--against-vm", "web");
        Assert.True(code == 0, output + error);
        (code, output, error) = await lab.RunAsync("verify", "--vm", "copy", "--against-vm", "web", "--at-checkpoint", "now");
        Assert.True(code == 3, output + error);
        Assert.Equal(0, (await lab.RunAsync("vm", "start", "--vm", "copy")).Code);
        await BackupCycleTests.WriteAsync(lab, 1 << 20, "web");
        using (Guests.LabGuest guest = await Guests.LabGuest.OpenAsync(lab.Dir, "copy", 5, cancellation: LabFixture.Cancellation))
            await guest.WriteAsync(2 << 20, LabFixture.Cancellation);
        (code, output, error) = await lab.RunAsync("verify", "--vm", "copy", "--against-vm", "copy", "--at-checkpoint", "now");
        Assert.True(code == 0, output + error);
        await QemuImg.CheckAsync(lab.Other.Volumes.ToLocal(disk));
        Assert.EndsWith(file, Assert.Single(HostLeftovers.Of(lab.Other).OrphanFiles), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_is_refused_where_it_cannot_be_right_and_leaves_nothing()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams source = lab.Open();
        await using IWmi wmi = source.Virtualization;
        WmiDriver driver = new(wmi);
        WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
        (string file, byte[] definition) = await ExportAsync(driver, source, vm, checkpoint);
        source.Files.CreateFolder(@"C:\In");
        await source.Files.WriteAllAsync($@"C:\In\{file}", definition, LabFixture.Cancellation);
        await source.Files.WriteAllAsync(@"C:\In\broken.vmcx", definition.AsMemory(7), LabFixture.Cancellation);

        await FailsAsync($@"C:\In\{file}", false, "already exists");
        await FailsAsync(@"C:\In\missing.vmcx", true, "did not find");
        await FailsAsync(@"C:\In\broken.vmcx", true, "data is invalid");
        Assert.Single(lab.Host.Vms());

        LabHost old = lab.Lab.AddHost("OLD", WindowsVersion.Parse("Windows Server 2016"), TimeProvider.System);
        HostSeams oldHost = lab.Open("OLD");
        await using IWmi oldWmi = oldHost.Virtualization;
        await oldHost.Files.WriteAllAsync($@"C:\VMs\{file}", definition, LabFixture.Cancellation);
        (WmiObject job, _) = await new WmiDriver(oldWmi).TryAsync(Management, "ImportSystemDefinition", ("SystemDefinitionFile", $@"C:\VMs\{file}"), ("SnapshotFolder", null), ("GenerateNewSystemIdentifier", true));
        Assert.Contains("version 10.0", job.Get<string>("ErrorDescription"), StringComparison.Ordinal);
        Assert.Empty(old.Vms());

        WmiObject summary = Assert.Single((await driver.CallAsync(Management, "GetDefinitionFileSummaryInformation", ("DefinitionFiles", new[] { $@"C:\In\{file}" }))).List<WmiObject>("SummaryInformation"));
        Assert.Equal(("web", "10.0"), (summary.Get<string>("ElementName"), summary.Get<string>("Version")));

        async Task FailsAsync(string path, bool newId, string text)
        {
            (WmiObject failed, _) = await driver.TryAsync(Management, "ImportSystemDefinition", ("SystemDefinitionFile", path), ("SnapshotFolder", ""), ("GenerateNewSystemIdentifier", newId));
            Assert.Equal(10, failed.Get<int>("JobState"));
            Assert.Contains(text, failed.Get<string>("ErrorDescription"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_planned_vm_can_be_destroyed_and_a_disk_added_to_a_vm_that_is_off()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        WmiObject checkpoint = await driver.CheckpointAsync(vm.Id);
        (string file, byte[] definition) = await ExportAsync(driver, host, vm, checkpoint);
        await host.Files.WriteAllAsync($@"C:\VMs\{file}", definition, LabFixture.Cancellation);
        WmiObject planned = await ImportAsync(driver, $@"C:\VMs\{file}");
        await driver.DoAsync(Management, "DestroySystem", ("AffectedSystem", planned.Path));
        Assert.Empty(await driver.ListAsync("SELECT * FROM Msvm_PlannedComputerSystem"));
        await driver.DestroyAsync(checkpoint);
        await BackupCycleTests.MergedAsync(lab, vm);

        WmiObject settings = await driver.OneAsync("SELECT * FROM Msvm_VirtualSystemSettingData");
        WmiObject controller = await driver.OneAsync("SELECT * FROM Msvm_ResourceAllocationSettingData WHERE ResourceType = 6");
        await using (IVirtualDiskWriter writer = await host.Disks.CreateAsync(@"C:\VMs\extra.vhdx", new(DiskFormat.Vhdx, DiskKind.Dynamic, 64 << 20), LabFixture.Cancellation))
            await writer.FlushAsync(LabFixture.Cancellation);
        WmiObject drive = Assert.Single(await driver.DoAsync(Management, "AddResourceSettings", ("AffectedConfiguration", settings.Path), ("ResourceSettings", new[]
        {
            Embedded("Msvm_ResourceAllocationSettingData", ("ResourceType", (ushort)17), ("ResourceSubType", "Microsoft:Hyper-V:Synthetic Disk Drive"), ("Parent", controller.Path), ("AddressOnParent", "5")),
        })));
        WmiObject disk = Assert.Single(await driver.DoAsync(Management, "AddResourceSettings", ("AffectedConfiguration", settings.Path), ("ResourceSettings", new[]
        {
            Embedded("Msvm_StorageAllocationSettingData", ("ResourceType", (ushort)31), ("ResourceSubType", "Microsoft:Hyper-V:Virtual Hard Disk"), ("Parent", drive.Path), ("HostResource", new[] { @"C:\VMs\extra.vhdx" })),
        })));
        Assert.Equal(2, (await driver.DisksAsync(settings)).Count);
        Assert.Equal(0, (await lab.RunAsync("vm", "stop", "--vm", "web")).Code);
        await driver.DoAsync(Management, "RemoveResourceSettings", ("ResourceSettings", new[] { disk.Path!, drive.Path! }));
        Assert.Single(await driver.DisksAsync(settings));
    }

    private static async Task<(string File, byte[] Definition)> ExportAsync(WmiDriver driver, HostSeams host, VmDocument vm, WmiObject checkpoint)
    {
        const string Folder = @"C:\VMs\Export";
        await driver.DoAsync(Management, "ExportSystemDefinition", ("ComputerSystem", (await driver.VmAsync(vm.Id)).Path), ("ExportDirectory", Folder), ("ExportSettingData", Embedded(
            "Msvm_VirtualSystemExportSettingData",
            ("CopySnapshotConfiguration", (byte)3),
            ("SnapshotVirtualSystem", checkpoint.Path),
            ("CopyVmStorage", false),
            ("CopyVmRuntimeInformation", true),
            ("CreateVmExportSubdirectory", false))));
        string file = Assert.Single(host.Files.List(Folder), f => f.EndsWith(".vmcx", StringComparison.Ordinal));
        byte[] definition = await host.Files.ReadAllAsync($@"{Folder}\{file}", LabFixture.Cancellation);
        Assert.Equal(3, host.Files.List(Folder).Count);
        host.Files.DeleteFolder(Folder);
        return (file[(file.LastIndexOf('\\') + 1)..], definition);
    }

    private static async Task<WmiObject> ImportAsync(WmiDriver driver, string file)
    {
        WmiObject planned = Assert.Single(await driver.DoAsync(Management, "ImportSystemDefinition", ("SystemDefinitionFile", file), ("SnapshotFolder", ""), ("GenerateNewSystemIdentifier", true)));
        Assert.Equal("Msvm_PlannedComputerSystem", planned.ClassName);
        return planned;
    }

    private static async Task FixAsync(WmiDriver driver, WmiObject settings, string disk)
    {
        WmiObject named = settings with { Properties = new Dictionary<string, object?>(settings.Properties) { ["ElementName"] = "copy" } };
        await driver.DoAsync(Management, "ModifySystemSettings", ("SystemSettings", named));
        string parts = $"ASSOCIATORS OF {{{settings.Path}}} WHERE AssocClass=Msvm_VirtualSystemSettingDataComponent ResultClass=";
        WmiObject storage = Assert.Single(await driver.ListAsync(parts + "Msvm_StorageAllocationSettingData"));
        WmiObject port = Assert.Single(await driver.ListAsync(parts + "Msvm_EthernetPortAllocationSettingData"));
        WmiObject lan = await driver.OneAsync($"SELECT * FROM Msvm_VirtualEthernetSwitch WHERE ElementName = '{port.Get<string>("LastKnownSwitchName")}'");
        await driver.DoAsync(Management, "ModifyResourceSettings", ("ResourceSettings", new[]
        {
            storage with { Properties = new Dictionary<string, object?>(storage.Properties) { ["HostResource"] = new[] { disk } } },
            port with { Properties = new Dictionary<string, object?>(port.Properties) { ["HostResource"] = new[] { lan.Path! } } },
        }));
    }

    private static async Task CopyDiskAsync(HostSeams source, string from, HostSeams target, string to)
    {
        await using IOpenVirtualDisk disk = await source.Disks.OpenAsync(from, LabFixture.Cancellation);
        await using IVirtualDiskWriter writer = await target.Disks.CreateAsync(to, new(DiskFormat.Vhdx, DiskKind.Dynamic, disk.VirtualSize, disk.SectorSize, disk.PhysicalSectorSize, disk.BlockSize), LabFixture.Cancellation);
        byte[] buffer = new byte[4 << 20];
        foreach (DiskRange range in (await disk.AllocatedAsync(LabFixture.Cancellation)).Ranges)
        {
            for (long at = range.Offset; at < range.End; at += buffer.Length)
            {
                Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, range.End - at));
                await disk.ReadAsync(at, piece, LabFixture.Cancellation);
                await writer.WriteAsync(at, piece, LabFixture.Cancellation);
            }
        }

        await writer.FlushAsync(LabFixture.Cancellation);
    }
}
