using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Schema;
using static BackupFabric.Agent.Lab.Tests.WmiDriver;

namespace BackupFabric.Agent.Lab.Tests;

/// <summary>The lab knows what Windows knows, and nothing else.</summary>
public sealed class SchemaTests
{
    private const string Snapshots = "Msvm_VirtualSystemSnapshotService";
    private const string Management = "Msvm_VirtualSystemManagementService";

    [Fact]
    public async Task Names_that_windows_does_not_know_are_refused_with_the_code_of_wmi()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        string path = (await driver.VmAsync(vm.Id)).Path!;

        Assert.Equal(0x80041010, await CodeAsync(() => driver.ListAsync("SELECT * FROM Msvm_VirtualMachine")));
        Assert.Equal(0x80041017, await CodeAsync(() => driver.ListAsync("SELECT * FROM Msvm_ComputerSystem WHERE VmName = 'x'")));
        Assert.Equal(0x80041017, await CodeAsync(() => driver.ListAsync("SELECT VmName FROM Msvm_ComputerSystem")));
        Assert.Equal(0x80041010, await CodeAsync(() => driver.ListAsync($"ASSOCIATORS OF {{{path}}} WHERE AssocClass=Msvm_Nothing")));
        Assert.Equal(0x80041002, await CodeAsync(() => driver.ListAsync("""ASSOCIATORS OF {Msvm_ComputerSystem.Name="nobody"}""")));
        Assert.Equal(0x8004102E, await CodeAsync(() => driver.CallAsync(Snapshots, "CreateCheckpoint")));
        Assert.Equal(0x8004102F, await CodeAsync(() => driver.CallAsync(Snapshots, "CreateSnapshot", ("AffectedSystem", path), ("Type", 1))));
        Assert.Equal(0x8004102F, await CodeAsync(() => driver.CallAsync(Snapshots, "DestroySnapshot")));
        Assert.Equal(0x80041002, await CodeAsync(() => wmi.InvokeAsync("Msvm_ComputerSystem.Name=\"nobody\"", "RequestStateChange", new Dictionary<string, object?> { ["RequestedState"] = 2 }).AsTask()));
        Assert.Null(await wmi.GetAsync("Msvm_ComputerSystem.Name=\"nobody\""));
    }

    [Fact]
    public async Task Arguments_of_the_wrong_type_are_refused()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        string path = (await driver.VmAsync(vm.Id)).Path!;
        string settings = (await driver.OneAsync("SELECT * FROM Msvm_VirtualSystemSettingData")).Path!;
        WmiObject good = Embedded("Msvm_VirtualSystemSnapshotSettingData", ("ConsistencyLevel", (byte)1));

        await RefusedAsync(0x80041005, ("AffectedSystem", path), ("SnapshotSettings", good), ("SnapshotType", "recovery"));
        await RefusedAsync(0x80041005, ("AffectedSystem", path), ("SnapshotSettings", good), ("SnapshotType", 70000));
        await RefusedAsync(0x80041005, ("AffectedSystem", path), ("SnapshotSettings", good), ("SnapshotType", true));
        await RefusedAsync(0x80041005, ("AffectedSystem", settings), ("SnapshotSettings", good), ("SnapshotType", 32768));
        await RefusedAsync(0x8004103A, ("AffectedSystem", "not a path"), ("SnapshotType", 32768));
        await RefusedAsync(0x80041005, ("AffectedSystem", path), ("SnapshotSettings", "<INSTANCE/>"), ("SnapshotType", 32768));
        await RefusedAsync(0x80041005, ("AffectedSystem", path), ("SnapshotSettings", Embedded("Msvm_VirtualSystemExportSettingData")), ("SnapshotType", 32768));
        await RefusedAsync(0x80041002, ("AffectedSystem", path), ("SnapshotSettings", Embedded("Msvm_VirtualSystemSnapshotSettingData", ("Level", 1))), ("SnapshotType", 32768));
        await RefusedAsync(0x80041005, ("AffectedSystem", path), ("SnapshotSettings", Embedded("Msvm_VirtualSystemSnapshotSettingData", ("ConsistencyLevel", 300))), ("SnapshotType", 32768));
        Assert.Equal(0x80041005, await CodeAsync(() => driver.CallAsync(Management, "ImportSystemDefinition", ("SystemDefinitionFile", "x"), ("GenerateNewSystemIdentifier", 1))));
        Assert.Equal(0x80041005, await CodeAsync(() => driver.CallAsync(Management, "ModifyResourceSettings", ("ResourceSettings", good))));
        Assert.Empty(lab.Host.FindVm(vm.Id)!.Checkpoints);

        async Task RefusedAsync(uint code, params (string, object?)[] arguments) =>
            Assert.Equal(code, await CodeAsync(() => driver.CallAsync(Snapshots, "CreateSnapshot", arguments)));
    }

    [Fact]
    public async Task An_old_host_has_neither_the_classes_nor_the_properties_of_newer_ones()
    {
        using LabFixture old = new("Windows Server 2012 R2");
        VmDocument vm = await old.VmAsync();
        HostSeams host = old.Open();
        await using IWmi wmi = host.Virtualization;
        WmiDriver driver = new(wmi);
        Assert.Contains("9600", host.OperatingSystem, StringComparison.Ordinal);
        Assert.Equal(0x80041010, await CodeAsync(() => driver.ListAsync("SELECT * FROM Msvm_VirtualSystemReferencePoint")));
        WmiObject settings = await driver.OneAsync("SELECT * FROM Msvm_VirtualSystemSettingData");
        Assert.Equal("5.0", settings.Get<string>("Version"));
        Assert.False(settings.Properties.ContainsKey("GuestStateIsolationMode"));
        Assert.Equal(32770u, (await driver.CallAsync(Snapshots, "CreateSnapshot", ("AffectedSystem", (await driver.VmAsync(vm.Id)).Path), ("SnapshotType", 32768))).Get<uint>("ReturnValue"));

        Assert.NotNull(WmiSchema.For(WindowsVersion.Parse("Windows Server 2025")).Class("Msvm_VirtualSystemSettingData").Property("GuestStateIsolationMode"));
        Assert.Null(WmiSchema.For(WindowsVersion.Parse("Windows Server 2022")).Class("Msvm_VirtualSystemSettingData").Property("GuestStateIsolationMode"));
    }

    [Fact]
    public async Task A_method_that_the_lab_does_not_perform_says_not_supported()
    {
        using LabFixture lab = new();
        VmDocument vm = await lab.VmAsync();
        await using IWmi wmi = lab.Open().Virtualization;
        WmiDriver driver = new(wmi);
        Assert.Equal(32770u, (await driver.CallAsync(Management, "UpgradeSystemVersion", ("ComputerSystem", (await driver.VmAsync(vm.Id)).Path))).Get<uint>("ReturnValue"));
    }

    [Fact]
    public async Task A_host_that_is_off_answers_as_a_dead_machine_does()
    {
        using LabFixture lab = new();
        await lab.VmAsync();
        HostSeams host = lab.Open();
        await using IWmi wmi = host.Virtualization;
        Assert.Equal(0, (await lab.RunAsync("host", "off", "--host", "hv1")).Code);
        Assert.Equal(0x800706BA, await CodeAsync(() => new WmiDriver(wmi).ListAsync("SELECT * FROM Msvm_ComputerSystem")));
        Assert.Equal(0x800706BA, Assert.Throws<WmiException>(() => host.Files.FreeBytes(@"C:\")).Code);
        Assert.Equal(0, (await lab.RunAsync("host", "on", "--host", "HV1")).Code);
        Assert.Equal(2, (await new WmiDriver(wmi).ListAsync("SELECT * FROM Msvm_ComputerSystem")).Count);
    }

    private static async Task<uint> CodeAsync(Func<Task> call) => (await Assert.ThrowsAsync<WmiException>(call)).Code;
}
