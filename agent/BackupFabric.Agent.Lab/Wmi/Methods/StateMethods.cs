using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>Msvm_ComputerSystem.RequestStateChange and the error texts of Msvm_ConcreteJob.</summary>
internal static class StateMethods
{
    private const ushort StartJob = 12;
    private const ushort PowerOffJob = 13;

    public static WmiObject RequestStateChange(MethodCall call)
    {
        if (!Guid.TryParse(call.Target.Get<string>("Name"), out Guid id) || call.Host.FindVm(id) is not { Planned: false } vm)
            return MethodCall.Answer(MethodCall.InvalidState);
        return call.Number("RequestedState") switch
        {
            2 => call.Start(StartJob, "Starting Virtual Machine", vm, (_, cancellation) => SetAsync(call, id, running: true, cancellation)),
            3 => call.Start(PowerOffJob, "Powering Off Virtual Machine", vm, (_, cancellation) => SetAsync(call, id, running: false, cancellation)),
            _ => MethodCall.Answer(MethodCall.NotSupported),
        };
    }

    public static WmiObject Errors(MethodCall call) =>
        MethodCall.Answer(MethodCall.Done, ("Errors", Texts(call)));

    public static WmiObject Error(MethodCall call) =>
        MethodCall.Answer(MethodCall.Done, ("Error", Texts(call).FirstOrDefault()));

    private static async Task SetAsync(MethodCall call, Guid id, bool running, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(call.Host, id, cancellation);
        session.Vm.Running = running;
        session.Save();
    }

    private static string[] Texts(MethodCall call)
    {
        LabJob? job = call.Jobs.Jobs.FirstOrDefault(j => SettingIds.Guid(j.Id) == call.Target.Get<string>("InstanceID"));
        return job is null
            ? []
            : [.. job.ErrorDetails.Select(detail => EmbeddedText.Write(call.Graph.Schema, "Msvm_Error", new Dictionary<string, object?>
            {
                ["Message"] = detail,
                ["MessageID"] = job.ErrorCode.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["PerceivedSeverity"] = (ushort)5,
                ["OwningEntity"] = "Microsoft-Windows-Hyper-V-VMMS",
            }))];
    }
}
