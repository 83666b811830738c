using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Points;

internal static class PointProblems
{
    public static Problem NotFound(string text) => new()
    {
        Code = "point-unknown",
        Sentence = $"There is no recovery point '{text}'.",
        Advice = "'bf point list' shows the recovery points with their ids; the beginning of an id is enough when only one point has it.",
    };

    public static Problem NotInRepository(string text) => new()
    {
        Code = "point-not-found",
        Sentence = $"Recovery point '{text}' is in the catalog, but its manifest is not in the repository.",
        Advice = "Choose another point of the VM with 'bf point list'; bring the repository's points folder back if it was lost.",
        Retry = RetryClass.AfterOperatorActs,
    };
}
