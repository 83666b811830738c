using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Backups;

internal static class PushProblems
{
    private const string SameVersion = "Bring agent and server to the same version; if they are, report it with the agent's log.";

    public static Problem OutOfTurn(string what) => new()
    {
        Code = "push-out-of-turn",
        Sentence = $"The agent sent {what} at a moment where it means nothing.",
        Advice = SameVersion,
    };

    public static Problem Invalid(string why) => new()
    {
        Code = "push-invalid",
        Sentence = $"The agent sent something that cannot be: {why}.",
        Advice = SameVersion,
    };

    public static Problem EpochOld(ulong sent, long wanted) => new()
    {
        Code = "placement-changed",
        Sentence = $"The transfer belongs to placement {sent} of the VM, and the order to placement {wanted}.",
        Advice = "Nothing to do: the job goes on where the VM is now.",
        Retry = RetryClass.Soon,
    };

    public static Problem CodecNotSupported() => new()
    {
        Code = "codec-not-supported",
        Sentence = "The agent can write no codec that this server can read.",
        Advice = SameVersion,
    };

    public static Problem BelowContract(string reached) => new()
    {
        Code = "consistency-below-contract",
        Sentence = $"The backup demands application consistency, and the snapshot reached only '{reached}'.",
        Advice = "Check the guest's VSS writers or integration services, or ask for the backup with a contract that accepts less.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem JobOver() => new()
    {
        Code = "job-over",
        Sentence = "The job has ended or goes on under a newer attempt; nothing of this one is committed any more.",
        Advice = "Nothing to do.",
    };
}
