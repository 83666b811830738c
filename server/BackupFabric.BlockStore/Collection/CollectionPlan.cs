using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Collection;

/// <summary>What is to become of the packs of one kind. Pure.</summary>
internal sealed record CollectionPlan(IReadOnlyList<PackFigures> All, IReadOnlyList<PackFigures> Dead, IReadOnlyList<PackFigures> Thin, IReadOnlyList<PackFigures> Held)
{
    /// <param name="held">Packs that running sessions rely on; they are left as they are.</param>
    public static CollectionPlan Of(IReadOnlyList<PackFigures> packs, IReadOnlySet<PackNumber> held, double thinShare)
    {
        var wanted = packs.Where(pack => pack.IsDead || pack.IsThin(thinShare)).OrderBy(pack => pack.Pack).ToArray();
        var free = wanted.Where(pack => !held.Contains(pack.Pack)).ToArray();
        return new(packs, [.. free.Where(pack => pack.IsDead)], [.. free.Where(pack => !pack.IsDead)], [.. wanted.Where(pack => held.Contains(pack.Pack))]);
    }
}
