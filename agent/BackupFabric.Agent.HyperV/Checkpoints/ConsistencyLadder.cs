using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <summary>Ways to freeze a VM, best first.</summary>
internal enum LadderStep
{
    /// <summary>Production checkpoint, level 1: the guest's writers or its file-system freeze take part.</summary>
    ApplicationCheckpoint,

    /// <summary>Level 2: the guest is not asked. For a VM that is off or saved this is as good as it gets.</summary>
    CrashCheckpoint,
}

/// <summary>
/// How far down a member's contract lets its backup go, as a table; a pair that is not in it is refused. Every step down is told, and the
/// level that was reached is what the recovery point says.
/// </summary>
internal static class ConsistencyLadder
{
    private static readonly Dictionary<(ConsistencyContract, VmState), LadderStep> First = new()
    {
        [(ConsistencyContract.ApplicationRequired, VmState.Running)] = LadderStep.ApplicationCheckpoint,
        // Nothing runs, so nothing is half-written, and there is nobody to quiesce: every contract accepts a VM that is off.
        [(ConsistencyContract.ApplicationRequired, VmState.Off)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.ApplicationPreferred, VmState.Running)] = LadderStep.ApplicationCheckpoint,
        [(ConsistencyContract.ApplicationPreferred, VmState.Off)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.ApplicationPreferred, VmState.Saved)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.ApplicationPreferred, VmState.Paused)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.CrashAccepted, VmState.Running)] = LadderStep.ApplicationCheckpoint,
        [(ConsistencyContract.CrashAccepted, VmState.Off)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.CrashAccepted, VmState.Saved)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.CrashAccepted, VmState.Paused)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.OfflineAccepted, VmState.Running)] = LadderStep.ApplicationCheckpoint,
        [(ConsistencyContract.OfflineAccepted, VmState.Off)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.OfflineAccepted, VmState.Saved)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.OfflineAccepted, VmState.Paused)] = LadderStep.CrashCheckpoint,
    };

    private static readonly Dictionary<(ConsistencyContract, LadderStep Failed), LadderStep> Next = new()
    {
        [(ConsistencyContract.ApplicationPreferred, LadderStep.ApplicationCheckpoint)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.CrashAccepted, LadderStep.ApplicationCheckpoint)] = LadderStep.CrashCheckpoint,
        [(ConsistencyContract.OfflineAccepted, LadderStep.ApplicationCheckpoint)] = LadderStep.CrashCheckpoint,
        // Below a crash-consistent checkpoint come the saved state and the copy of a VM that was shut down:
        // (OfflineAccepted, CrashCheckpoint) -> saved state -> off. They stop the guest's work and are rows of their own when they are built.
    };

    /// <summary>Null: the contract does not accept a VM in this state.</summary>
    public static LadderStep? FirstFor(ConsistencyContract contract, VmState state) => First.TryGetValue((contract, state), out var step) ? step : null;

    /// <summary>Null: the contract lets the backup go no further down.</summary>
    public static LadderStep? After(ConsistencyContract contract, LadderStep failed) => Next.TryGetValue((contract, failed), out var step) ? step : null;

    /// <param name="before">State when the checkpoint was asked for.</param>
    /// <param name="after">State when it was there: a VM that was started meanwhile was not off.</param>
    public static Consistency Reached(LadderStep step, VmState before, VmState after, bool windowsGuest) => step switch
    {
        LadderStep.ApplicationCheckpoint => windowsGuest ? Consistency.Application : Consistency.File,
        _ when before != after => Consistency.Crash,
        _ => before switch
        {
            VmState.Off => Consistency.Offline,
            VmState.Saved => Consistency.SavedState,
            _ => Consistency.Crash,
        },
    };
}
