using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Tests.Collection;

public sealed class CollectionPlanTests
{
    [Fact]
    public void Dead_packs_go_thin_ones_are_rewritten_held_ones_stay()
    {
        PackFigures[] packs = [Pack(1, live: 0), Pack(2, live: 700), Pack(3, live: 750), Pack(4, live: 1000), Pack(5, live: 0), Pack(6, live: 10)];
        var plan = CollectionPlan.Of(packs, new HashSet<PackNumber> { new(1, 5), new(1, 6), new(1, 4) }, 0.75);
        Assert.Equal([packs[0]], plan.Dead);
        Assert.Equal([packs[1]], plan.Thin);
        Assert.Equal([packs[4], packs[5]], plan.Held);
    }

    [Fact]
    public void A_pack_in_which_all_is_needed_is_never_rewritten_however_small_its_records_are()
    {
        var whole = new PackFigures(new(1, 1), PackFigures.FrameBytes + 5 * PackFigures.LiveBytesOf(1), 5 * PackFigures.LiveBytesOf(1));
        Assert.Equal(0, whole.DeadBytes);
        Assert.Empty(CollectionPlan.Of([whole], new HashSet<PackNumber>(), thinShare: 1).Thin);
    }

    private static PackFigures Pack(uint counter, long live) => new(new(1, counter), PackFigures.FrameBytes + 1000, live);
}
