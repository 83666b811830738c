namespace BackupFabric.Server.Jobs;

internal enum JobState
{
    /// <summary>Will be given to an agent as soon as limits and its retry time allow.</summary>
    Queued = 0,

    /// <summary>Held up by something that is not the server's to decide: the host is away, the VM has no place.</summary>
    Waiting = 1,

    /// <summary>Given to an agent under a lease.</summary>
    Running = 2,

    Succeeded = 3,
    SucceededWithWarnings = 4,
    Failed = 5,
    Cancelled = 6,
}

internal static class JobStates
{
    private static readonly string[] Words = ["queued", "waiting", "running", "succeeded", "succeeded-with-warnings", "failed", "cancelled"];

    public static IReadOnlyList<string> All => Words;

    /// <summary>States of jobs that have not ended.</summary>
    public static JobState[] Live { get; } = [JobState.Queued, JobState.Waiting, JobState.Running];

    public static string Word(this JobState state) => Words[(int)state];

    public static bool HasEnded(this JobState state) => state >= JobState.Succeeded;

    public static bool TryParse(string word, out JobState state)
    {
        var index = Array.IndexOf(Words, word);
        state = (JobState)Math.Max(index, 0);
        return index >= 0;
    }
}
