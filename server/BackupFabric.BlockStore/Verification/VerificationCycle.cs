using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>One reading of everything that was there when it began, in one or many calls. What came later is for the next cycle, so that a cycle ends however much is written meanwhile.</summary>
/// <param name="Damage">The state of the set-aside list that the positions rely on: if that list is lost, damage behind a position would be forgotten.</param>
internal sealed record VerificationCycle(DateTimeOffset Began, PackMark DataDone, PackMark DataEnd, PackMark NodesDone, PackMark NodesEnd, long Damage)
{
    public bool IsComplete => DataDone.CompareTo(DataEnd) >= 0 && NodesDone.CompareTo(NodesEnd) >= 0;

    public PackMark DoneOf(PackKind kind) => kind == PackKind.Data ? DataDone : NodesDone;

    public PackMark EndOf(PackKind kind) => kind == PackKind.Data ? DataEnd : NodesEnd;

    public VerificationCycle At(PackKind kind, PackMark done) => kind == PackKind.Data ? this with { DataDone = done } : this with { NodesDone = done };
}
