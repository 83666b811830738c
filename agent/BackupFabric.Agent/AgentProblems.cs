using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent;

/// <summary>Problems that the agent itself finds, each with what to do about it.</summary>
internal static class AgentProblems
{
    public static Problem ChangeTrackingLied(string location, string path) => Problem(
        "change-tracking-lied",
        $"Disk {location} ({path}) has changed in a place that change tracking calls unchanged, so all of it was read and compared.",
        "The recovery point is sound. Find out what writes to the disk image behind Hyper-V's back (offline mounts, copies, tools that do not know change tracking).",
        RetryClass.Never);

    public static Problem BaseUnreadable(string location) => Problem(
        "base-unreadable",
        $"The server's record of disk {location} did not fit the disk, so all of it was read and compared.",
        "The recovery point is sound. Run a verification of the repository.",
        RetryClass.Never);

    public static Problem BaselineNotKept(string why) => Problem(
        "baseline-not-kept",
        $"The recovery point was made, but the host could not be prepared for the next synchronization: {why}",
        "Nothing needs to be done; the next synchronization reads more than it would have to.",
        RetryClass.Never);

    public static Problem ReferencePointStays(string id, string why) => Problem(
        "reference-point-stays",
        $"The reference point {id}, which is no longer needed, could not be removed: {why}",
        "It is removed with a later synchronization; if the warning stays, look into the host's Hyper-V-VMMS log.",
        RetryClass.Never);

    public static Problem StalePlacement(string vmId, ulong epoch, ulong newest) => Problem(
        "stale-placement",
        $"The order for VM {vmId} was made for placement {epoch}, but this host has already worked for placement {newest}.",
        "Nothing needs to be done; the server asks the host where the VM is now.",
        RetryClass.Later);

    public static Problem LeaseLost(TimeSpan lease) => Problem(
        "lease-lost",
        $"The server has not been heard of for {lease.TotalMinutes:0.#} minutes, so the job was stopped and cleaned up.",
        "Check that the server runs and that the host reaches it; the job can then be started again.",
        RetryClass.Soon);

    public static Problem HostBusy(int orders) => Problem(
        "host-busy",
        $"This host has {orders} orders waiting already.",
        "Try again later, or lower the number of jobs per host.",
        RetryClass.Later);

    public static Problem OrderUnreadable(string what) => Problem(
        "order-unreadable",
        $"The agent does not understand the order: {what}.",
        "Bring server and agent to versions that go together.",
        RetryClass.AfterOperatorActs);

    public static Problem BlockDamaged(string diskKey, long offset) => Problem(
        "block-damaged",
        $"The block at offset {offset} of disk {diskKey} arrived with other content than it was stored with; nothing was left on the host.",
        "Run a verification of the repository, then recover again, or recover an earlier point.",
        RetryClass.AfterOperatorActs);

    public static Problem DiskFull(string detail) => Problem(
        "target-disk-full",
        $"A disk of this host is full: {detail}",
        "Free space on it or choose another folder.",
        RetryClass.AfterOperatorActs);

    public static Problem HostInputOutput(string detail) => Problem(
        "host-io-failed",
        $"Reading or writing on this host failed: {detail}",
        "Check the disks and file permissions of the host, then try again.",
        RetryClass.Later);

    public static Problem TokenMalformed() => Problem(
        "token-malformed",
        "This is not an enrolment token; one looks like bf1.FINGERPRINT.SECRET.",
        "Make a new one on the server with 'bf host token' and copy the whole of it.",
        RetryClass.Never);

    public static Problem AddressMalformed(string address) => Problem(
        "server-address-invalid",
        $"'{address}' is not the address of a server.",
        "Give it like https://backup.example.org:7443.",
        RetryClass.Never);

    public static Problem ServerUnreachable(Uri server, string why) => Problem(
        "server-unreachable",
        $"The server at {server} does not answer: {why}",
        "Check that the server runs, that its address and port are right, and that no firewall is in between.",
        RetryClass.Soon);

    public static Problem NotAServer(Uri server, string answer) => Problem(
        "not-a-server",
        $"What answers at {server} is not a BackupFabric server ({answer}).",
        "Check the address and the port.",
        RetryClass.Never);

    public static Problem AuthorityMismatch(Uri server, string detail) => Problem(
        "authority-mismatch",
        $"The server at {server} is not the one that this host was told to trust: {detail}",
        "If the address is right, make a new token on that very server with 'bf host token' and enrol with it; otherwise somebody stands in between.",
        RetryClass.AfterOperatorActs);

    public static Problem NotEnrolled(string folder) => Problem(
        "not-enrolled",
        $"This host is not enrolled with a server: there is no identity in '{folder}'.",
        "Make a token on the server with 'bf host token' and run 'bf-agent enrol --server URL --token TOKEN'.",
        RetryClass.AfterOperatorActs);

    public static Problem IdentityDamaged(string file, string why) => Problem(
        "identity-damaged",
        $"The identity of this host in '{file}' cannot be read: {why}",
        "Enrol the host again with a new token from 'bf host token'.",
        RetryClass.AfterOperatorActs);

    public static Problem CertificateExpired(DateTimeOffset at) => Problem(
        "certificate-expired",
        $"The certificate of this host expired on {at:u}; the server does not accept it any more.",
        "Make a token on the server with 'bf host token' and run 'bf-agent enrol' again. If the date is in the future for you, check the host's clock.",
        RetryClass.AfterOperatorActs);

    public static Problem AgentRunning(string folder) => Problem(
        "agent-running",
        $"Another agent is working with the data folder '{folder}'.",
        "Stop it, or give this one a folder of its own with --data.",
        RetryClass.AfterOperatorActs);

    public static Problem SettingInvalid(string setting, string what, string advice) => Problem(
        "setting-invalid", $"The setting {setting} {what}", advice, RetryClass.Never);

    public static Problem Cancelled(string reason) => Problem(
        "cancelled",
        reason.Length > 0 ? $"The job was cancelled: {reason}" : "The job was cancelled.",
        "Start it again if it is still wanted.",
        RetryClass.Never);

    public static ProblemException Thrown(this Problem problem, Exception? inner = null) => new(problem, inner);

    private static Problem Problem(string code, string sentence, string advice, RetryClass retry) =>
        new() { Code = code, Sentence = sentence, Advice = advice, Retry = retry };
}
