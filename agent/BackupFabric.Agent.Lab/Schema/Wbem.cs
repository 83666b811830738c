using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.Lab.Schema;

/// <summary>What WMI itself answers, before any provider is asked (WBEMSTATUS).</summary>
internal static class Wbem
{
    public const uint Failed = 0x80041001;
    public const uint NotFound = 0x80041002;
    public const uint TypeMismatchCode = 0x80041005;
    public const uint InvalidClassCode = 0x80041010;
    public const uint InvalidQueryCode = 0x80041017;
    public const uint InvalidMethodCode = 0x8004102E;
    public const uint InvalidMethodParametersCode = 0x8004102F;
    public const uint InvalidObjectPathCode = 0x8004103A;
    public const uint RpcServerUnavailable = 0x800706BA;

    public static WmiException InvalidClass(string name) =>
        new($"class {name}", InvalidClassCode, "the class is not known to this host");

    public static WmiException InvalidMethod(string className, string method) =>
        new($"{className}.{method}", InvalidMethodCode, "the class has no such method on this host");

    public static WmiException InvalidParameters(string what, string why) => new(what, InvalidMethodParametersCode, why);

    public static WmiException TypeMismatch(string what, string why) => new(what, TypeMismatchCode, why);

    public static WmiException InvalidQuery(string query, string why) => new($"query \"{query}\"", InvalidQueryCode, why);

    public static WmiException InvalidPath(string path) => new($"path \"{path}\"", InvalidObjectPathCode, "not an object path");

    public static WmiException NotFoundAt(string path) => new($"object \"{path}\"", NotFound, "not found");

    public static WmiException HostIsOff(string host) =>
        new($"host {host}", RpcServerUnavailable, "The RPC server is unavailable.");
}
