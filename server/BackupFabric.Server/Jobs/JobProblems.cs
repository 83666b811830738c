using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Jobs;

/// <summary>Everything that a job, or a request for one, can be told.</summary>
internal static class JobProblems
{
    public static Problem NotFound(string text) => new()
    {
        Code = "job-unknown",
        Sentence = $"There is no job '{text}'.",
        Advice = "'bf job list' shows the jobs with their ids; the beginning of an id is enough when only one job has it.",
    };

    public static Problem VmHasJob(string vmName, Job live) => new()
    {
        Code = "vm-has-job",
        Sentence = $"VM '{vmName}' already has backup job {live.IdText[..8]}, which is {live.State.Word()}.",
        Advice = $"Wait for it with 'bf job watch {live.IdText[..8]}', or cancel it with 'bf job cancel {live.IdText[..8]}'.",
        Retry = RetryClass.Later,
    };

    public static Problem RecoveryRuns(string name, string hostName, Job live) => new()
    {
        Code = "recovery-has-job",
        Sentence = $"Job {live.IdText[..8]} is already recovering a VM named '{name}' on host '{hostName}'.",
        Advice = $"Choose another name with --name, or wait for it with 'bf job watch {live.IdText[..8]}'.",
        Retry = RetryClass.Later,
    };

    public static Problem HostOffline(string hostName, DateTimeOffset? lastSeen) => new()
    {
        Code = "host-offline",
        Sentence = lastSeen is { } seen
            ? $"Host '{hostName}' is not connected; it was last seen at {seen:yyyy-MM-dd HH:mm:ss} UTC."
            : $"Host '{hostName}' is not connected and has never been.",
        Advice = "Check that the host is on, that its agent's service runs, and that it reaches this server's port; then ask again.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem VmNotPlaced(string vmName) => new()
    {
        Code = "vm-not-placed",
        Sentence = $"No host reports VM '{vmName}' any more.",
        Advice = "Start the host that has it, or enrol the host that it was moved to; 'bf vm show' tells where it was last.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem WaitingForHost(string hostName) => new()
    {
        Code = "waiting-for-host",
        Sentence = $"The job waits for host '{hostName}', which is not connected.",
        Advice = "It goes on by itself when the host's agent is back. If the host is gone for good, cancel the job.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem AgentLost(string hostName, TimeSpan waited) => new()
    {
        Code = "agent-lost",
        Sentence = $"Host '{hostName}' did not come back within {Minutes(waited)}.",
        Advice = "Check the host and its agent's service, then start the job again; what was sent is stored and is not sent again.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem AgentKeepsFailing(string hostName, int times) => new()
    {
        Code = "agent-keeps-failing",
        Sentence = $"The agent on host '{hostName}' lost this job {times} times.",
        Advice = "Look into the agent's log on the host for why it stops, then start the job again.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem HostRevoked(string hostName) => new()
    {
        Code = "host-revoked",
        Sentence = $"Host '{hostName}' was revoked while the job was not finished.",
        Advice = "Enrol the host again with a new token from 'bf host token' if it is to be protected, then start the job again.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem TicketDenied() => new()
    {
        Code = "ticket-denied",
        Sentence = "The ticket does not open this job for this host.",
        Advice = "Nothing to do: an agent gets a valid ticket with its next order. If it stays so, restart the agent's service.",
    };

    public static Problem CancelledByOperator() => new()
    {
        Code = "cancelled-by-operator",
        Sentence = "The job was cancelled.",
        Advice = "Start it again when it is wanted; what was stored is not sent again.",
    };

    public static Problem Unnamed() => new()
    {
        Code = "agent-failure",
        Sentence = "The agent reported a failure without saying which.",
        Advice = "Look into the agent's log on the host.",
        Retry = RetryClass.AfterOperatorActs,
    };

    public static Problem StateUnknown(string word) => new()
    {
        Code = "job-state-invalid",
        Sentence = $"'{word}' is not a state of a job.",
        Advice = $"Use one of: {string.Join(", ", JobStates.All)}, live.",
    };

    private static string Minutes(TimeSpan time) => time >= TimeSpan.FromMinutes(2) ? $"{time.TotalMinutes:0} minutes" : $"{time.TotalSeconds:0} seconds";
}
