using System.Globalization;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV;

/// <summary>What the host's failures mean to an operator: one place for codes, sentences and advice.</summary>
internal static class HyperVProblems
{
    // Return codes whose meaning does not depend on what was asked for. The others are told by the operation that failed.
    private static readonly Dictionary<uint, (string Code, string Sentence, string Advice, RetryClass Retry)> Common = new()
    {
        [(uint)ReturnValue.AccessDenied] = ("host-access-denied", "The host refused {0}: access denied.",
            "Run the agent as Local System, or as a member of the group Hyper-V Administrators.", RetryClass.AfterOperatorActs),
        [(uint)ReturnValue.SystemIsInUse] = ("vm-busy", "Another operation holds the VM; the host refused {0}.",
            "It is tried again by itself. If it lasts, look for a running export, migration or another backup product.", RetryClass.Later),
        [(uint)ReturnValue.InvalidState] = ("vm-busy", "The VM is in a state that does not allow {0} now.",
            "It is tried again by itself. If it lasts, look at the VM's status in Hyper-V Manager.", RetryClass.Later),
        [(uint)ReturnValue.SystemIsNotAvailable] = ("vm-busy", "The VM does not answer; the host refused {0}.",
            "It is tried again by itself. If it lasts, look at the VM's status in Hyper-V Manager.", RetryClass.Later),
        [(uint)ReturnValue.OutOfMemory] = ("host-out-of-memory", "The host has too little memory for {0}.",
            "Free memory on the host; the operation is tried again by itself.", RetryClass.Later),
        [(uint)ReturnValue.Timeout] = ("host-does-not-finish", "The host did not finish {0} in time.",
            "Look at the Hyper-V-VMMS event log and at the load of the host's volumes; it is tried again by itself.", RetryClass.Later),
    };

    private static readonly Dictionary<uint, (string Code, string Sentence, string Advice, RetryClass Retry)> Wbem = new()
    {
        [WbemCode.AccessDenied] = ("host-access-denied", "The host refused access to its virtualization service.",
            "Run the agent as Local System, or as a member of the group Hyper-V Administrators.", RetryClass.AfterOperatorActs),
        [WbemCode.InvalidNamespace] = ("hyperv-not-installed", "This machine has no Hyper-V virtualization service.",
            "Install the Hyper-V role, or remove this host from the server.", RetryClass.AfterOperatorActs),
        [WbemCode.RpcServerUnavailable] = ("hyperv-not-running", "The virtualization service of this host does not answer.",
            "Start the service 'Hyper-V Virtual Machine Management' (vmms).", RetryClass.Soon),
    };

    private static readonly Dictionary<uint, (string Code, string Sentence, string Advice, RetryClass Retry)> Disk = new()
    {
        [DiskError.FileNotFound] = Missing,
        [DiskError.PathNotFound] = Missing,
        [DiskError.VhdParentVhdNotFound] = ("disk-image-missing",
            "A parent of the disk image '{0}' is missing.", "Bring the missing file back, or repair the chain in Hyper-V Manager (Edit Disk, Reconnect).", RetryClass.AfterOperatorActs),
        [DiskError.AccessDenied] = ("disk-access-denied", "The host refused to open the disk image '{0}'.",
            "Give the agent's account the right to read it; on an SMB share also give it to the host's computer account.", RetryClass.AfterOperatorActs),
        [DiskError.SharingViolation] = ("disk-image-in-use", "The disk image '{0}' is held open by something else.",
            "It is tried again by itself; a merge or another product's backup may be running.", RetryClass.Later),
        [DiskError.DiskFull] = ("target-disk-full", "The volume of '{0}' is full.",
            "Free space there or choose another folder, then start the recovery again.", RetryClass.AfterOperatorActs),
        [DiskError.VhdShared] = ("disk-shared", "The disk image '{0}' is shared between VMs; host backup cannot protect it.",
            "Protect it from inside the guests, or convert it to a VHD Set.", RetryClass.AfterOperatorActs),
        [DiskError.NotReady] = ("host-storage-lost", "The storage of the disk image '{0}' went away.",
            "Check the host's storage; it is tried again by itself.", RetryClass.Later),
        [DiskError.DevNotExist] = ("host-storage-lost", "The storage of the disk image '{0}' went away.",
            "Check the host's storage; it is tried again by itself.", RetryClass.Later),
    };

    private static (string, string, string, RetryClass) Missing => ("disk-image-missing", "The disk image '{0}' is missing.",
        "Bring the file back, or remove the disk from the VM.", RetryClass.AfterOperatorActs);

    public static ProblemException VmNotHere(Guid vmId, string host) => new("vm-not-here",
        $"There is no VM {vmId} on host '{host}'.", "It may have moved; the server looks for it on the other hosts.", RetryClass.Soon);

    public static ProblemException VmBusy(string vm, string what) => new("vm-busy",
        $"VM '{vm}' is busy: {what}.", "It is tried again by itself when the other operation has ended.", RetryClass.Later);

    public static ProblemException ConsistencyNotReached(string vm, string why) => new("consistency-not-reached",
        $"VM '{vm}' must be backed up application-consistently, and that was not possible: {why}",
        "Repair the guest's integration services and its VSS writers, or accept crash-consistent copies in the protection group.", RetryClass.AfterOperatorActs);

    public static ProblemException CheckpointFailed(string vm, string why) => new("checkpoint-failed",
        $"The host could not take a checkpoint of VM '{vm}': {why}", "Look at the Hyper-V-VMMS event log of the host.", RetryClass.Later);

    public static ProblemException CheckpointsDisabled(string vm, string why) => new("checkpoints-disabled",
        $"Checkpoints are switched off in the settings of VM '{vm}', so it cannot be backed up: {why}",
        "Enable checkpoints in the VM's settings (Management, Checkpoints).", RetryClass.AfterOperatorActs);

    public static ProblemException ForeignCheckpoint(string vm) => new("vm-busy",
        $"VM '{vm}' has a recovery checkpoint of another backup product; its backup seems to be running.",
        "It is tried again by itself. If no other backup is running, remove the leftover checkpoint.", RetryClass.Later);

    public static ProblemException TargetPathInvalid(string folder, string why) => new("target-path-invalid",
        $"The folder '{folder}' cannot take the recovered VM: {why}.", "Name another folder on the host, for example D:\\VMs\\web.", RetryClass.AfterOperatorActs);

    public static ProblemException TargetFolderNotEmpty(string folder) => new("target-folder-not-empty",
        $"The folder '{folder}' is not empty; nothing in it was changed.", "Name a folder that is empty or does not exist yet.", RetryClass.AfterOperatorActs);

    public static ProblemException TargetDiskFull(string folder, long free, long needed) => new("target-disk-full",
        $"The volume of '{folder}' has {Size(free)} free; the recovery needs about {Size(needed)}. Nothing was written.",
        "Free space there or name a folder on another volume, then start the recovery again.", RetryClass.AfterOperatorActs);

    public static ProblemException VmNameTaken(string name, string host) => new("vm-name-taken",
        $"Host '{host}' has a VM called '{name}' already; it was not touched.", "Recover under another name, or rename or remove the existing VM first.", RetryClass.AfterOperatorActs);

    public static ProblemException VmIdInUse(Guid vmId, string host) => new("vm-id-in-use",
        $"The VM {vmId} still exists on host '{host}', and a second one cannot have the same identity.",
        "Recover with a new identity, or remove the existing VM first.", RetryClass.AfterOperatorActs);

    public static ProblemException ConfigurationTooNew(string version, string newest, string host) => new("configuration-too-new",
        $"The VM has configuration version {version}; host '{host}' runs versions up to {newest}.",
        "Recover to a host with the same or a later version of Windows Server.", RetryClass.AfterOperatorActs);

    public static ProblemException ConfigurationDamaged(string why) => new("configuration-damaged",
        $"The configuration in the recovery point cannot be used: {why}.", "Try another recovery point of this VM, or recover its disks only.", RetryClass.AfterOperatorActs);

    public static ProblemException WriteFailed(VirtualDiskException e) => Disk.ContainsKey(e.Code) ? From(e) : new("target-write-failed",
        $"The recovered disk '{e.DiskPath}' could not be written: {e.Message}", "Check the target volume, or recover to another one.", RetryClass.AfterOperatorActs, e);

    public static Problem SteppedDown(string vm, string why) => new()
    {
        Code = "consistency-stepped-down",
        Sentence = $"VM '{vm}' was copied crash-consistently: an application-consistent checkpoint was not possible: {why}",
        Advice = "Repair the guest's integration services and its VSS writers.",
    };

    public static Problem GuestUnknown(string vm) => new()
    {
        Code = "guest-unknown",
        Sentence = $"The guest of VM '{vm}' does not tell its operating system, so its copy is called file-consistent at most.",
        Advice = "Enable the integration service 'Data Exchange' (key-value pairs) of the VM.",
    };

    public static Problem WeakerThanTold(string vm) => new()
    {
        Code = "consistency-weaker",
        Sentence = $"The host says afterwards that the checkpoint of VM '{vm}' was crash-consistent only.",
        Advice = "Look at the guest's VSS writers; the recovery point may be less consistent than it says.",
    };

    public static Problem BaselineNotKept(string vm, string why) => new()
    {
        Code = "baseline-not-kept",
        Sentence = $"The host kept no reference point for VM '{vm}' ({why}); the next synchronization reads everything.",
        Advice = "Nothing has to be done unless it happens again; then look at the Hyper-V-VMMS event log.",
    };

    public static ProblemException ConfigurationNotReadable(Guid vmId) => new("configuration-not-readable",
        $"The host gives the configuration of VM {vmId} neither by export nor as files.",
        "Look at the Hyper-V-VMMS event log of the host, and at the agent's rights on the VM's folder.", RetryClass.Later);

    public static ProblemException SameDiskTwice(string vm, string location) => new("disk-id-twice",
        $"Disk {location} of VM '{vm}' has the same virtual disk id as another of its disks, so their changes cannot be told apart.",
        "Give it an id of its own: Set-VHD -ResetDiskIdentifier while the VM is off.", RetryClass.AfterOperatorActs);

    public static ProblemException Damaged(string path, VirtualDiskException e) => new("disk-image-damaged",
        $"The disk image '{path}' cannot be read: {e.Message}",
        "Check the image and its volume (Test-VHD, chkdsk); a recovery point from before the damage can be restored.", RetryClass.AfterOperatorActs, e);

    /// <summary>A method of the virtualization service that failed.</summary>
    /// <param name="doing">What was asked for, to stand inside a sentence: "the export of the configuration".</param>
    public static ProblemException Refused(CallOutcome outcome, string doing, string code, string advice, RetryClass retry = RetryClass.Later) =>
        Common.TryGetValue(outcome.Code, out var known)
            ? new(known.Code, WithText(Filled(known.Sentence, doing), outcome.Text), known.Advice, known.Retry)
            : new(code, WithText($"The host refused {doing}", outcome.Text), advice, retry);

    public static ProblemException From(WmiException e) => Wbem.TryGetValue(e.Code, out var known)
        ? new(known.Code, known.Sentence, known.Advice, known.Retry, e)
        : new("host-call-failed", $"A call to the host's virtualization service failed: {e.Message}",
            "Look at the Hyper-V-VMMS event log of the host; it is tried again by itself.", RetryClass.Soon, e);

    public static ProblemException From(VirtualDiskException e) => Disk.TryGetValue(e.Code, out var known)
        ? new(known.Code, Filled(known.Sentence, e.DiskPath), known.Advice, known.Retry, e)
        : Damaged(e.DiskPath, e);

    /// <summary>Runs host calls and lets their failures out as problems.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> calls)
    {
        try
        {
            return await calls();
        }
        catch (WmiException e)
        {
            throw From(e);
        }
        catch (VirtualDiskException e)
        {
            throw From(e);
        }
    }

    public static Task GuardAsync(Func<Task> calls) => GuardAsync(async () =>
    {
        await calls();
        return true;
    });

    private static string Size(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.#} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.#} MiB");

    private static string Filled(string sentence, string what) => sentence.Replace("{0}", what, StringComparison.Ordinal);

    private static string WithText(string sentence, string text) =>
        text.Length == 0 ? sentence.TrimEnd('.') + "." : $"{sentence.TrimEnd('.')}: {text}{(text.EndsWith('.') ? "" : ".")}";
}
