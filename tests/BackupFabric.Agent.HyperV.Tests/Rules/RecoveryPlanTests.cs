using BackupFabric.Agent.HyperV.Recovery;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Agent.HyperV.Tests.Rules;

public sealed class RecoveryPlanTests
{
    private const string VmId = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private const string Disk = "11111111-2222-3333-4444-555555555555";
    private const string OtherDisk = "21111111-2222-3333-4444-555555555555";

    [Fact]
    public void Everything_goes_below_one_folder_and_disks_of_one_name_are_told_apart()
    {
        var plan = Plan(order => order.Disks.Add(new RecoverDisk { DiskKey = OtherDisk, Length = 1 << 20, FileName = "SYSTEM.vhd" }));
        Assert.Equal(@"D:\VMs\web copy", plan.Folder);
        Assert.Equal([@"D:\VMs\web copy\Virtual Hard Disks\system.vhdx", @"D:\VMs\web copy\Virtual Hard Disks\SYSTEM-2.vhdx"], plan.Disks.Select(d => d.Path));
        Assert.Equal(@"C:\VMs\web\system_0F8FAD5B-D9CB-469F-A165-70867728950E.avhdx", plan.Disks[0].OriginalPath);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disk_keeps_its_id_unless_its_original_is_on_the_same_host(bool keep) =>
        Assert.Equal(keep ? Guid.Parse(Disk) : null, Plan(_ => { }, _ => { }, keep).Disks[0].Image.DiskId);

    [Fact]
    public void The_VMs_own_definition_is_found_among_those_of_its_checkpoints()
    {
        var plan = Plan(_ => { }, configuration =>
        {
            configuration.Files.Insert(0, File("Snapshots/AAAAAAAA-d9cb-469f-a165-70867728950e.vmcx"));
            configuration.Files.Insert(1, File($"Virtual Machines/{VmId.ToUpperInvariant()}.vmcx"));
        });
        Assert.Equal($"Virtual Machines/{VmId.ToUpperInvariant()}.vmcx", plan.Definition);
    }

    [Fact]
    public void A_folder_is_made_from_a_name_that_is_no_folder_name()
    {
        Assert.Equal(@"D:\VMs\web_ a_b", Plan(order => order.Name = "web: a/b ").Folder);
        Assert.Equal(@"D:\VMs\vm-con", Plan(order => order.Name = "con").Folder);
    }

    [Theory]
    [InlineData("../../evil.vmcx")]
    [InlineData("C:/evil.vmcx")]
    [InlineData("a\\b.vmcx")]
    [InlineData("/evil.vmcx")]
    public void A_configuration_file_cannot_leave_its_folder(string name) =>
        Assert.Equal("configuration-damaged", Refusal(() => Plan(_ => { }, c => c.Files.Add(File(name)))));

    [Fact]
    public void What_cannot_be_recovered_is_refused_with_its_reason()
    {
        Assert.Equal("target-path-invalid", Refusal(() => Plan(order => order.Folder = "web")));
        Assert.Equal("target-path-invalid", Refusal(() => Plan(order => order.Folder = @"D:\" + new string('x', 230))));
        Assert.Equal("configuration-damaged", Refusal(() => Plan(_ => { }, c => c.Files.Clear())));
        Assert.Equal("configuration-damaged", Refusal(() => Plan(order => order.Disks.Clear())));
        Assert.Equal("configuration-damaged", Refusal(() => Plan(order => order.Disks[0].DiskKey = "disk 0")));
    }

    private static string Refusal(Action act) => Assert.Throws<ProblemException>(act).Problem.Code;

    private static ConfigurationFile File(string name) => new() { Name = name, Content = ByteString.CopyFromUtf8("x") };

    private static RecoveryPlan Plan(Action<RecoverOrder> change) => Plan(change, _ => { });

    private static RecoveryPlan Plan(Action<RecoverOrder> change, Action<VmConfiguration> changeConfiguration, bool keepDiskIds = true)
    {
        var configuration = new VmConfiguration
        {
            VmId = VmId,
            Name = "web",
            Version = "9.0",
            Files = { File("Virtual Machines/definition.vmcx"), File("Virtual Machines/definition.vmrs") },
            Disks = { new ConfiguredDisk { DiskKey = Disk, Location = "SCSI 0:0", Path = @"C:\VMs\web\system_0F8FAD5B-D9CB-469F-A165-70867728950E.avhdx" } },
        };
        changeConfiguration(configuration);
        var order = new RecoverOrder
        {
            VmId = VmId,
            Name = "web copy",
            Disks = { new RecoverDisk { DiskKey = Disk, Length = 1 << 20, FileName = "system_0F8FAD5B-D9CB-469F-A165-70867728950E.avhdx" } },
        };
        change(order);
        return RecoveryPlan.For(order, configuration, @"D:\VMs", keepDiskIds);
    }
}
