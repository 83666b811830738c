using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.Lab.Wmi.Methods;

/// <summary>The methods that the lab performs. Others that the schema knows answer "not supported".</summary>
internal static class MethodTable
{
    private static readonly Dictionary<string, Func<MethodCall, CancellationToken, Task<WmiObject>>> Methods = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Msvm_VirtualSystemSnapshotService.CreateSnapshot"] = At(SnapshotMethods.Create),
        ["Msvm_VirtualSystemSnapshotService.DestroySnapshot"] = At(SnapshotMethods.Destroy),
        ["Msvm_VirtualSystemSnapshotService.ConvertToReferencePoint"] = At(SnapshotMethods.Convert),
        ["Msvm_VirtualSystemReferencePointService.DestroyReferencePoint"] = At(SnapshotMethods.DestroyReferencePoint),
        ["Msvm_VirtualSystemManagementService.ExportSystemDefinition"] = At(SystemMethods.Export),
        ["Msvm_VirtualSystemManagementService.ImportSystemDefinition"] = At(SystemMethods.Import),
        ["Msvm_VirtualSystemManagementService.ValidatePlannedSystem"] = At(SystemMethods.Validate),
        ["Msvm_VirtualSystemManagementService.RealizePlannedSystem"] = At(SystemMethods.Realize),
        ["Msvm_VirtualSystemManagementService.DestroySystem"] = At(SystemMethods.Destroy),
        ["Msvm_VirtualSystemManagementService.ModifySystemSettings"] = At(SettingMethods.ModifySystem),
        ["Msvm_VirtualSystemManagementService.ModifyResourceSettings"] = At(SettingMethods.ModifyResources),
        ["Msvm_VirtualSystemManagementService.AddResourceSettings"] = At(SettingMethods.AddResources),
        ["Msvm_VirtualSystemManagementService.RemoveResourceSettings"] = At(SettingMethods.RemoveResources),
        ["Msvm_VirtualSystemManagementService.GetSummaryInformation"] = At(SummaryMethods.OfSystems),
        ["Msvm_VirtualSystemManagementService.GetDefinitionFileSummaryInformation"] = At(SummaryMethods.OfFiles),
        ["Msvm_ComputerSystem.RequestStateChange"] = At(StateMethods.RequestStateChange),
        ["Msvm_ConcreteJob.GetErrorEx"] = At(StateMethods.Errors),
        ["Msvm_ConcreteJob.GetError"] = At(StateMethods.Error),
        ["Msvm_ImageManagementService.GetVirtualHardDiskSettingData"] = ImageMethods.SettingDataAsync,
        ["Msvm_ImageManagementService.GetVirtualDiskChanges"] = ImageMethods.ChangesAsync,
    };

    public static Task<WmiObject> RunAsync(string className, string method, MethodCall call, CancellationToken cancellation) =>
        Methods.TryGetValue($"{className}.{method}", out Func<MethodCall, CancellationToken, Task<WmiObject>>? run)
            ? run(call, cancellation)
            : Task.FromResult(MethodCall.Answer(MethodCall.NotSupported));

    private static Func<MethodCall, CancellationToken, Task<WmiObject>> At(Func<MethodCall, WmiObject> method) =>
        (call, _) => Task.FromResult(method(call));
}
