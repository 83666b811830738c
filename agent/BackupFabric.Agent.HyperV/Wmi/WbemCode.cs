namespace BackupFabric.Agent.HyperV.Wmi;

/// <summary>HRESULTs of the WMI calls themselves, as far as they are told apart.</summary>
internal static class WbemCode
{
    public const uint NotFound = 0x80041002;
    public const uint AccessDenied = 0x80041003;
    public const uint InvalidNamespace = 0x8004100E;
    public const uint InvalidClass = 0x80041010;
    public const uint RpcServerUnavailable = 0x800706BA;
}
