using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Tests.Kit;

internal sealed record TestVm(Guid Id, string Name, ReplicaRole Role = ReplicaRole.None)
{
    public static TestVm Named(string name) => new(Guid.NewGuid(), name);

    public VirtualMachine ToMessage()
    {
        var vm = new VirtualMachine { VmId = Id.ToString("D"), Name = Name, State = VmState.Running, Generation = 2, ConfigurationVersion = "9.0", ReplicaRole = Role };
        vm.Disks.Add(new VmDisk { Path = @"D:\VMs\system.vhdx", Length = 40 << 20, Location = "SCSI 0:0", DiskKey = "disk-" + Id.ToString("N")[..6] });
        return vm;
    }
}
