using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Inventory;

/// <summary>What the guest's integration services tell the host. Empty when they do not answer.</summary>
/// <param name="QuiesceTrouble">Why the guest's writers cannot take part in a checkpoint; null when they seem able to. The state can lie both ways.</param>
internal sealed record GuestFacts(string OperatingSystem, string? QuiesceTrouble)
{
    private const string OsName = "OSName";
    private const string OsVersion = "OSVersion";

    /// <summary>False for Linux and for guests that did not say: their level 1 is at most a file-system freeze.</summary>
    public bool IsWindows => OperatingSystem.Contains("Windows", StringComparison.OrdinalIgnoreCase);

    public static async Task<GuestFacts> OfAsync(IWmi wmi, HostVm vm, CancellationToken cancellation)
    {
        var path = vm.System.PathOf();
        var exchange = await wmi.AssociatorsAsync(path, nameof(Msvm_SystemDevice), nameof(Msvm_KvpExchangeComponent), cancellation);
        var items = exchange.SelectMany(e => e.Embedded(Msvm_KvpExchangeComponent.GuestIntrinsicExchangeItems)).ToList();
        var vss = await wmi.AssociatorsAsync(path, nameof(Msvm_SystemDevice), nameof(Msvm_VssComponent), cancellation);
        return new($"{Item(items, OsName)} {Item(items, OsVersion)}".Trim(), Trouble(vss is [var component, ..] ? component : null));
    }

    private static string Item(List<WmiObject> items, string name) => items
        .Where(i => i.Get<string>(Msvm_KvpExchangeDataItem.Name) == name)
        .Select(i => i.Get<string>(Msvm_KvpExchangeDataItem.Data) ?? "").FirstOrDefault() ?? "";

    private static string? Trouble(WmiObject? vss)
    {
        if (vss?.List<int>(Msvm_VssComponent.OperationalStatus) is not [var status, ..]) return "the guest has no backup integration service";
        return (Msvm_VssComponent.OperationalStatusValue)status switch
        {
            Msvm_VssComponent.OperationalStatusValue.Degraded => "the guest's backup integration service is degraded",
            Msvm_VssComponent.OperationalStatusValue.NonRecoverableError => "the guest's backup integration service has failed",
            Msvm_VssComponent.OperationalStatusValue.NoContact => "the guest's backup integration service does not answer",
            Msvm_VssComponent.OperationalStatusValue.LostCommunication => "the contact to the guest's backup integration service was lost",
            _ => null,
        };
    }
}
