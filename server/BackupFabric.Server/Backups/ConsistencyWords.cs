using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Backups;

/// <summary>Consistency in the words of manifests and of the REST surface.</summary>
internal static class ConsistencyWords
{
    private static readonly Dictionary<string, ConsistencyContract> Contracts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application-preferred"] = ConsistencyContract.ApplicationPreferred,
        ["application-required"] = ConsistencyContract.ApplicationRequired,
        ["crash-accepted"] = ConsistencyContract.CrashAccepted,
        ["offline-accepted"] = ConsistencyContract.OfflineAccepted,
    };

    public static string Of(Consistency consistency) => consistency switch
    {
        Consistency.Offline => "offline",
        Consistency.SavedState => "saved-state",
        Consistency.Crash => "crash",
        Consistency.File => "file",
        Consistency.Application => "application",
        _ => "unknown",
    };

    public static bool TryParse(string? word, out ConsistencyContract contract)
    {
        contract = ConsistencyContract.ApplicationPreferred;
        return string.IsNullOrWhiteSpace(word) || Contracts.TryGetValue(word, out contract);
    }

    /// <summary>A required contract is also met by a VM that was off: nothing was running that could be caught half-way.</summary>
    public static bool Meets(Consistency reached, ConsistencyContract contract) =>
        contract != ConsistencyContract.ApplicationRequired
        || reached is Consistency.Application or Consistency.File or Consistency.Offline;
}
