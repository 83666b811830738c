using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Schema;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Instances;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>Msvm_VirtualSystemManagementService: summaries of VMs and of definition files.</summary>
internal static class SummaryMethods
{
    public static WmiObject OfSystems(MethodCall call)
    {
        IReadOnlyList<string> wanted = call.Texts("SettingData");
        List<WmiObject> summaries = [];
        foreach (VmDocument vm in call.Host.Vms().Where(v => !v.Planned))
        {
            WmiObject? settings = call.Graph.Find(Paths.Settings(call.Host.Name, vm.Id));
            if (settings is not null && (wanted.Count == 0 || wanted.Any(w => call.Graph.Find(w)?.Path == settings.Path)))
                summaries.Add(Summary(call, vm));
        }

        return MethodCall.Answer(MethodCall.Done, ("SummaryInformation", summaries.ToArray()));
    }

    public static WmiObject OfFiles(MethodCall call)
    {
        List<WmiObject> summaries = [];
        foreach (string file in call.Texts("DefinitionFiles"))
        {
            string local = call.Host.Volumes.ToLocal(file);
            if (!File.Exists(local) || DefinitionFile.TryRead(local) is not { } definition)
                return MethodCall.Answer(MethodCall.InvalidParameter);
            summaries.Add(Make(call, new()
            {
                ["Name"] = SettingIds.Guid(definition.VmId),
                ["ElementName"] = definition.Settings.Name,
                ["Version"] = definition.Settings.Version,
                ["VirtualSystemSubType"] = $"Microsoft:Hyper-V:SubType:{definition.Settings.Generation}",
                ["NumberOfProcessors"] = (ushort)definition.Settings.Processors,
            }));
        }

        return MethodCall.Answer(MethodCall.Done, ("SummaryInformation", summaries.ToArray()));
    }

    private static WmiObject Summary(MethodCall call, VmDocument vm)
    {
        WmiObject system = call.Graph.Find(Paths.System(call.Host.Name, vm))!;
        return Make(call, new()
        {
            ["InstanceID"] = SettingIds.Settings(vm.Id),
            ["Name"] = SettingIds.Guid(vm.Id),
            ["ElementName"] = vm.Settings.Name,
            ["CreationTime"] = Dmtf.Time(vm.Created),
            ["Notes"] = string.Join('\n', vm.Settings.Notes),
            ["NumberOfProcessors"] = (ushort)vm.Settings.Processors,
            ["MemoryUsage"] = vm.Running ? (ulong)vm.Settings.MemoryMegabytes : 0UL,
            ["EnabledState"] = (ushort)(vm.Running ? 2 : 3),
            ["HealthState"] = (ushort)5,
            ["Heartbeat"] = (ushort)(vm.Running ? vm.Guest.HeartbeatStatus : 12),
            ["GuestOperatingSystem"] = vm.Running ? vm.Guest.OperatingSystem : null,
            ["HostComputerSystemName"] = call.Host.Name,
            ["IntegrationServicesVersionState"] = (ushort)1,
            ["OperationalStatus"] = system.Properties["OperationalStatus"],
            ["Version"] = vm.Settings.Version,
            ["VirtualSystemSubType"] = $"Microsoft:Hyper-V:SubType:{vm.Settings.Generation}",
            ["VirtualSwitchNames"] = vm.Settings.Adapters.Select(a => a.SwitchName).ToArray(),
            ["Shielded"] = false,
            ["Snapshots"] = vm.Checkpoints.Select(c => Paths.Settings(call.Host.Name, c.Id)).ToArray(),
        });
    }

    private static WmiObject Make(MethodCall call, Dictionary<string, object?> given)
    {
        WmiClass known = call.Graph.Schema.Class("Msvm_SummaryInformation");
        return new(known.Name, null, known.Properties.ToDictionary(p => p.Name, p => given.GetValueOrDefault(p.Name), StringComparer.OrdinalIgnoreCase));
    }
}
