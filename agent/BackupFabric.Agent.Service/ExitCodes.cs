using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Service;

/// <summary>How the process ends, by kind of problem; the table of the help and the README.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Other = 1;
    public const int Usage = 2;
    public const int NotEnrolled = 3;
    public const int ServerUnreachable = 4;
    public const int Refused = 5;

    private static readonly Dictionary<string, int> ByCode = new()
    {
        ["setting-invalid"] = Usage,
        ["token-malformed"] = Usage,
        ["server-address-invalid"] = Usage,
        ["platform-not-supported"] = Usage,
        ["not-enrolled"] = NotEnrolled,
        ["identity-damaged"] = NotEnrolled,
        ["certificate-expired"] = NotEnrolled,
        ["server-unreachable"] = ServerUnreachable,
        ["not-a-server"] = ServerUnreachable,
        ["call-timed-out"] = ServerUnreachable,
        ["authority-mismatch"] = Refused,
        ["not-authenticated"] = Refused,
        ["not-permitted"] = Refused,
        ["agent-running"] = Other,
        ["unexpected-failure"] = Other,
        ["host-io-failed"] = Other,
    };

    /// <summary>What the server says against this host, in whatever words, is a refusal.</summary>
    public static int For(Problem problem, bool fromServer = false) =>
        ByCode.TryGetValue(problem.Code, out var code) ? code : fromServer ? Refused : Other;
}
