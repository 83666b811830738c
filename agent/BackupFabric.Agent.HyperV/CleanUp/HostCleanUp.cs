using System.Text.Json;
using BackupFabric.Agent.HyperV.Baselines;
using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Recovery;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Problems;

namespace BackupFabric.Agent.HyperV.CleanUp;

/// <summary>Removes what a dead job left, from its journal entry. Every step may be repeated.</summary>
internal sealed class HostCleanUp(HostServices host)
{
    // A checkpoint carries the host's clock, an entry the agent's: they are the same machine's, read at different moments.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(2);

    public Task RunAsync(JournalEntry entry, CancellationToken cancellation) => entry.Kind switch
    {
        JournalKind.Checkpoint => CheckpointAsync(entry, Read(entry, JournalDetails.Default.CheckpointDetail), cancellation),
        JournalKind.ReferencePoint => ReferencePointAsync(entry, Read(entry, JournalDetails.Default.ReferencePointDetail), cancellation),
        JournalKind.RecoveredVm => new RecoveredVmRemoval(host).RemoveAsync(Read(entry, JournalDetails.Default.RecoveredVmDetail), cancellation),
        // Disks are only attached through handles, which the host closes with the process that held them.
        _ => Task.CompletedTask,
    };

    private async Task CheckpointAsync(JournalEntry entry, CheckpointDetail detail, CancellationToken cancellation)
    {
        host.Folders.Remove(detail.WorkFolder);
        if (detail.InstanceId is { } known)
        {
            await host.Removal.RemoveAsync(entry.VmId, known, cancellation);
            return;
        }

        // The crash came before the host had told which checkpoint it made: ours is what appeared after the entry was written.
        await EndOfOperationAsync(entry.VmId, cancellation);
        var appeared = (await host.Machines.RecoveryCheckpointsAsync(entry.VmId, cancellation)).Where(c => Appeared(c, entry, detail)).ToList();
        if (appeared.Where(c => c.Ours).ToList() is { Count: > 0 } labelled) appeared = labelled;
        else if (appeared.Count > 1)
        {
            host.Logger.CheckpointsNotTold(appeared.Count, entry.VmId);
            return;
        }

        foreach (var checkpoint in appeared) await host.Removal.RemoveAsync(entry.VmId, checkpoint.InstanceId, cancellation);
    }

    /// <summary>What the dead agent asked for may still be going on in the host; its fruit would appear after the look.</summary>
    private async Task EndOfOperationAsync(Guid vmId, CancellationToken cancellation)
    {
        if (await host.Merging.WaitWhileAsync(vmId, o => o is Msvm_ComputerSystem.OperationalStatusValue.CreatingSnapshot or Msvm_ComputerSystem.OperationalStatusValue.DeletingSnapshot, cancellation)) return;
        throw HyperVProblems.VmBusy(vmId.ToString("D"), "the host is still working on its checkpoint");
    }

    private bool Appeared(RecoveryCheckpoint checkpoint, JournalEntry entry, CheckpointDetail detail) =>
        !detail.Known.Contains(checkpoint.InstanceId)
        && (checkpoint.Created is not { } created || (created >= entry.At - ClockSlack && created <= entry.At + host.Options.JobTimeLimit + ClockSlack));

    private async Task ReferencePointAsync(JournalEntry entry, ReferencePointDetail detail, CancellationToken cancellation)
    {
        if (detail.InstanceId is { } known)
        {
            await host.Points.DestroyAsync(entry.VmId, known, cancellation);
            return;
        }

        await EndOfOperationAsync(entry.VmId, cancellation);
        var appeared = (await host.Points.OfAsync(entry.VmId, cancellation)).Select(ReferencePoints.IdOf).Where(id => !detail.Known.Contains(id)).ToList();
        if (appeared.Count > 1)
        {
            host.Logger.ReferencePointsNotTold(appeared.Count, entry.VmId);
            return;
        }

        foreach (var id in appeared) await host.Points.DestroyAsync(entry.VmId, id, cancellation);
    }

    private static T Read<T>(JournalEntry entry, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Detail, type) ?? throw Unreadable(entry);
        }
        catch (JsonException e)
        {
            throw Unreadable(entry, e);
        }
    }

    private static ProblemException Unreadable(JournalEntry entry, Exception? inner = null) => new("journal-entry-unreadable",
        $"The journal entry {entry.Id} of VM {entry.VmId} cannot be read, so what it stands for cannot be removed.",
        "Look for recovery checkpoints of this VM and remove those labelled BackupFabric, then delete the entry.", Protos.V1.RetryClass.AfterOperatorActs, inner);
}
