namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>InstanceIDs of settings: "Microsoft:" + the GUID of the configuration + the place in it.</summary>
internal static class SettingIds
{
    public static string Guid(Guid id) => id.ToString("D").ToUpperInvariant();

    public static string Settings(Guid configuration) => $"Microsoft:{Guid(configuration)}";

    public static string Controller(Guid configuration, Guid controller) => $@"Microsoft:{Guid(configuration)}\{Guid(controller)}\0";

    public static string Drive(Guid configuration, VmDisk disk) => $@"Microsoft:{Guid(configuration)}\{Guid(disk.Controller)}\0\{disk.Slot}\D";

    public static string Disk(Guid configuration, VmDisk disk) => $@"Microsoft:{Guid(configuration)}\{Guid(disk.Controller)}\0\{disk.Slot}\L";

    public static string Adapter(Guid configuration, VmAdapter adapter) => $@"Microsoft:{Guid(configuration)}\{Guid(adapter.Id)}";

    public static string Connection(Guid configuration, VmAdapter adapter) => $@"Microsoft:{Guid(configuration)}\{Guid(adapter.Id)}\C";
}
