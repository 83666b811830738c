using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Instances;

namespace BackupFabric.Agent.Lab.Machines;

/// <summary>What a new VM is made of.</summary>
/// <param name="Image">An image that becomes the disk by copy; null for content from the seed.</param>
internal sealed record NewDisk(string? Image, long Length, long UsedBytes, ulong Seed);

/// <param name="Application">Whether the guest runs the two-page application; it writes into disk 0.</param>
internal sealed record NewVm(string Name, int Generation, int Processors, long MemoryMegabytes, IReadOnlyList<NewDisk> Disks, bool Application, string GuestOs);

/// <summary>Makes VMs as an administrator would, with a ground truth beside them.</summary>
internal static class VmBuilder
{
    private static readonly Guid IdeController = new("83F8638B-8DCA-4152-9EDA-2CA8B33039B4");

    public static async Task<VmDocument> CreateAsync(LabHost host, NewVm wanted, IProgress<long>? progress, CancellationToken cancellation)
    {
        Check(host, wanted);
        Guid id = Guid.NewGuid();
        VmDocument vm = new()
        {
            Id = id,
            Settings = Settings(host, wanted, id),
            Guest = { OperatingSystem = wanted.GuestOs, ComputerName = wanted.Name },
            Created = host.Time.GetUtcNow(),
            TruthKnown = true,
        };
        TruthDocument truth = new() { Vm = id, Name = wanted.Name };
        string folder = host.Volumes.ToLocal(vm.Settings.ConfigurationRoot);
        Directory.CreateDirectory(Path.Combine(folder, "Virtual Hard Disks"));
        try
        {
            for (int i = 0; i < wanted.Disks.Count; i++)
                truth.Disks.Add(await AddDiskAsync(host, vm, wanted.Disks[i], i, progress, cancellation));
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }

        if (wanted.Application)
            truth.Application = ApplicationPlace.On(0, truth.Disks[0].Length);
        await RegisterAsync(host, vm, truth, cancellation);
        return vm;
    }

    private static void Check(LabHost host, NewVm wanted)
    {
        if (wanted.Name.Length == 0 || wanted.Name.IndexOfAny(['\\', '/', ':', '*', '?', '"', '<', '>', '|']) >= 0)
            throw new LabException("bad-vm-name", $"'{wanted.Name}' cannot be a VM's name.", "Leave out \\ / : * ? \" < > |.");
        if (host.Vms().Any(v => v.Settings.Name.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase)))
            throw new LabException("vm-exists", $"Host '{host.Name}' already has a VM '{wanted.Name}'.", "Choose another name.");
        if (Directory.Exists(host.Volumes.ToLocal($@"C:\VMs\{wanted.Name}")))
            throw new LabException("folder-exists", $@"The folder C:\VMs\{wanted.Name} of host '{host.Name}' is taken.", "Remove it or choose another name.");
    }

    private static VmSettings Settings(LabHost host, NewVm wanted, Guid id)
    {
        string root = $@"C:\VMs\{wanted.Name}";
        string file = SystemDefinition.VmConfigurationFile(id);
        LabSwitch lan = host.Document.Switches[0];
        return new()
        {
            Name = wanted.Name,
            Generation = wanted.Generation,
            Version = host.Version.ConfigurationVersion,
            Processors = wanted.Processors,
            MemoryMegabytes = wanted.MemoryMegabytes,
            ConfigurationRoot = root,
            ConfigurationFile = file,
            SnapshotRoot = root,
            SwapRoot = root,
            GuestStateFile = wanted.Generation == 2 ? Path.ChangeExtension(file, ".vmgs") : null,
            BiosId = Guid.NewGuid(),
            Controllers = wanted.Generation == 2
                ? [new() { Id = Guid.NewGuid() }]
                : [new() { Id = IdeController, Kind = "ide" }, new() { Id = Guid.NewGuid() }],
            Adapters =
            [
                new()
                {
                    Id = Guid.NewGuid(),
                    Mac = $"00155D{Random.Shared.Next(0x1000000):X6}",
                    SwitchPath = Paths.Switch(host.Name, lan),
                    SwitchName = lan.Name,
                },
            ],
        };
    }

    private static async Task<TruthDisk> AddDiskAsync(LabHost host, VmDocument vm, NewDisk disk, int number, IProgress<long>? progress, CancellationToken cancellation)
    {
        string name = number == 0 ? vm.Settings.Name : $"{vm.Settings.Name}-{number}";
        string path = $@"{vm.Settings.ConfigurationRoot}\Virtual Hard Disks\{name}.vhdx";
        TruthDisk truth = await DiskFiller.FillAsync(host.Volumes.ToLocal(path), disk, progress, cancellation);
        VmController controller = vm.Settings.Controllers[0];
        vm.Settings.Disks.Add(new() { Controller = controller.Id, Slot = number, TruthDisk = number, Chain = [new(path, 0)] });
        return truth;
    }

    private static async Task RegisterAsync(LabHost host, VmDocument vm, TruthDocument truth, CancellationToken cancellation)
    {
        string definition = host.Volumes.ToLocal($@"{vm.Settings.ConfigurationRoot}\{vm.Settings.ConfigurationFile}");
        DefinitionFile.Write(definition, vm, vm.Settings);
        DefinitionFile.WriteStates(definition, vm.Settings);
        LabJson.Replace(host.FolderOf(vm.Id).TruthDocument, truth, LabJson.Default.TruthDocument);
        host.Save(vm);
        if (truth.Application is not { } place)
            return;
        using VmSession session = await VmSession.OpenAsync(host, vm.Id, cancellation);
        await GuestWrites.ApplyAsync(
            session,
            [.. new[] { place.FirstPage, place.SecondPage }.Select(page => new WriteRecord(place.Disk, WriteKind.Page, page, ApplicationPlace.PageSize, 1))],
            cancellation);
    }
}
