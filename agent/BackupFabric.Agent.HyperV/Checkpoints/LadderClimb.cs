using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Reading;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.HyperV.Checkpoints;

/// <param name="Step">The rung on which it was made.</param>
internal sealed record MadeCheckpoint(RecoveryCheckpoint Checkpoint, LadderStep Step, Consistency Consistency);

/// <summary>Tries the rungs that the contract allows, best first. The guest's reported health is not asked beforehand: it lies both ways, so it is tried.</summary>
internal sealed class LadderClimb(HostServices host)
{
    /// <param name="forget">Called when it is certain that nothing was left on the host.</param>
    public async Task<MadeCheckpoint> MakeAsync(HostVm vm, ConsistencyContract contract, IReadOnlyList<string> known, List<Problem> warnings, Func<ValueTask> forget)
    {
        try
        {
            var state = vm.State;
            if (state is VmState.Other or VmState.Unknown) throw HyperVProblems.VmBusy(vm.Name, "it is starting, stopping, saving or in a critical state");
            var step = ConsistencyLadder.FirstFor(contract, state)
                ?? throw HyperVProblems.ConsistencyNotReached(vm.Name, $"the VM is {state.ToString().ToLowerInvariant()}, so its guest cannot take part.");
            while (true)
            {
                var (outcome, made) = await host.Maker.TryAsync(vm, step, known);
                if (outcome.Ok && made is not null) return await ReachedAsync(vm, made, step, warnings);
                if (made is not null) await host.Removal.RemoveAsync(vm.Id, made.InstanceId, CancellationToken.None);
                await ThrowIfADiskIsTheReasonAsync(vm, outcome);
                step = Next(vm, contract, step, outcome, known, warnings);
            }
        }
        catch (ProblemException e) when (e.Problem.Code != "host-does-not-finish")
        {
            // A job that did not end in time may still make its checkpoint: then the journal has to remember.
            if ((await host.Machines.RecoveryCheckpointsAsync(vm.Id, CancellationToken.None)).All(c => known.Contains(c.InstanceId))) await forget();
            throw;
        }
    }

    private async Task<MadeCheckpoint> ReachedAsync(HostVm vm, RecoveryCheckpoint made, LadderStep step, List<Problem> warnings)
    {
        var now = await host.Machines.FindAsync(vm.Id, CancellationToken.None);
        var guest = await GuestFacts.OfAsync(host.Seams.Virtualization, vm, CancellationToken.None);
        var reached = ConsistencyLadder.Reached(step, vm.State, now?.State ?? vm.State, guest.IsWindows);
        if (reached == Consistency.File && guest.OperatingSystem.Length == 0)
            warnings.Add(HyperVProblems.GuestUnknown(vm.Name));
        return new(made, step, reached);
    }

    /// <summary>The host's text for a checkpoint over a damaged image is about the checkpoint; the image says what is really wrong.</summary>
    private async Task ThrowIfADiskIsTheReasonAsync(HostVm vm, CallOutcome outcome)
    {
        if (outcome.Busy || outcome.TimedOut) return;
        foreach (var disk in (await AttachedStorage.OfAsync(host.Seams.Virtualization, vm.Settings, CancellationToken.None)).Disks.Where(d => !d.IsVhdSet && !d.Shared))
        {
            try
            {
                await using var opened = await host.Seams.Disks.OpenAsync(disk.Path);
            }
            catch (VirtualDiskException e) when (e.Code is not (DiskError.SharingViolation or DiskError.VhdShared))
            {
                throw HyperVProblems.From(e);
            }
        }
    }

    private LadderStep Next(HostVm vm, ConsistencyContract contract, LadderStep failed, CallOutcome outcome, IReadOnlyList<string> known, List<Problem> warnings)
    {
        var why = outcome.Ok ? "the host reported success but made no checkpoint." : outcome.Text;
        host.Logger.StepFailed(vm.Name, failed, why);
        if (outcome.Busy && known.Count > 0) throw HyperVProblems.ForeignCheckpoint(vm.Name);
        if (outcome.Busy || outcome.TimedOut || outcome.Code == (uint)ReturnValue.AccessDenied)
            throw HyperVProblems.Refused(outcome, $"the checkpoint of VM '{vm.Name}'", "checkpoint-failed", "");
        if (vm.Settings.Get<int>(Msvm_VirtualSystemSettingData.UserSnapshotType) == (int)Msvm_VirtualSystemSettingData.UserSnapshotTypeValue.Disable)
            throw HyperVProblems.CheckpointsDisabled(vm.Name, why);

        if (ConsistencyLadder.After(contract, failed) is not { } next)
        {
            throw failed == LadderStep.ApplicationCheckpoint && contract == ConsistencyContract.ApplicationRequired
                ? HyperVProblems.ConsistencyNotReached(vm.Name, why)
                : HyperVProblems.CheckpointFailed(vm.Name, why);
        }

        // A member that asked for better is told; one whose contract accepts a crash-consistent copy finds it in the recovery point.
        if (contract == ConsistencyContract.ApplicationPreferred) warnings.Add(HyperVProblems.SteppedDown(vm.Name, why));
        return next;
    }
}
