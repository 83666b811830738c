using System.CommandLine;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;

namespace BackupFabric.Agent.Lab.Commands;

internal static class VmCreateCommand
{
    public static Command Create()
    {
        Option<string> host = CommonOptions.Required("--host", "Host that gets the VM.");
        Option<string> name = CommonOptions.Required("--name", "Name of the VM.");
        Option<string[]> images = new("--disk") { Description = "A VHDX, VHD or raw image that becomes a disk of the VM by copy; repeat it for more disks. The image is not changed and must stay." };
        Option<long> size = new("--size") { Description = "Length of a generated disk, such as 4G.", CustomParser = ByteSizeText.Parse };
        Option<long> used = new("--used") { Description = "How much of the generated disk holds data.", CustomParser = ByteSizeText.Parse };
        Option<int> disks = new("--disks") { Description = "How many generated disks.", DefaultValueFactory = _ => 1 };
        Option<ulong> seed = new("--seed") { Description = "Seed of the generated content.", DefaultValueFactory = _ => 1 };
        Option<int> generation = new("--generation") { Description = "1 or 2.", DefaultValueFactory = _ => 2 };
        Option<long> memory = new("--memory") { Description = "Memory, such as 2G.", DefaultValueFactory = _ => 2L << 30, CustomParser = ByteSizeText.Parse };
        Option<string> guest = new("--guest-os") { Description = "What the guest says it is.", DefaultValueFactory = _ => "Windows Server 2022 Datacenter" };
        Option<bool> application = new("--application") { Description = "Run the guest's two-page application in an image given with --disk as well; it writes over a few pages." };
        Option<bool> start = new("--start") { Description = "Start the VM." };
        Command command = new("create", "Make a VM with its disks and their ground truth.")
        {
            host, name, images, size, used, disks, seed, generation, memory, guest, application, start,
        };
        command.Validators.Add(result =>
        {
            bool generated = result.GetValue(size) > 0;
            if (generated == (result.GetValue(images) is { Length: > 0 }))
                result.AddError("Say either --disk FILE or --size LENGTH.");
            if (generated && result.GetValue(size) < 8 << 20)
                result.AddError("A generated disk has at least 8M.");
        });
        command.Does(
            async (parsed, cancellation) =>
            {
                LabHost found = CommonOptions.Lab(parsed).Host(parsed.GetValue(host)!, TimeProvider.System);
                long length = parsed.GetValue(size) / 4096 * 4096;
                IReadOnlyList<NewDisk> wanted = parsed.GetValue(images) is { Length: > 0 } given
                    ? [.. given.Select(i => new NewDisk(i, 0, 0, 0))]
                    : [.. Enumerable.Range(0, parsed.GetValue(disks)).Select(i => new NewDisk(null, length, parsed.GetValue(used), parsed.GetValue(seed) + (ulong)i))];
                NewVm vm = new(
                    parsed.GetValue(name)!,
                    parsed.GetValue(generation) == 1 ? 1 : 2,
                    2,
                    parsed.GetValue(memory) >> 20,
                    wanted,
                    wanted[0].Image is null || parsed.GetValue(application),
                    parsed.GetValue(guest)!);
                VmDocument made = await VmBuilder.CreateAsync(found, vm, null, cancellation);
                if (parsed.GetValue(start))
                {
                    made = found.FindVm(made.Id)!;
                    made.Running = true;
                    found.Save(made);
                }

                return VmCommands.Describe(found, made).AsObject();
            },
            VmCommands.PrintLine);
        return command;
    }
}
