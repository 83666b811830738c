using BackupFabric.Agent.Protect;
using BackupFabric.Disks;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Tests.Protect;

public sealed class DiskPlanTests
{
    private const long Length = 100 << 20;
    private static readonly Extents Allocated = Extents.Of([new DiskRange(0, 10 << 20), new DiskRange(90 << 20, 10 << 20)]);
    private static readonly Extents Changed = Extents.Of([new DiskRange(5000, 100)]);

    [Fact]
    public void Without_a_baseline_everything_allocated_is_read_against_nothing()
    {
        var plan = DiskPlan.For("d", Length, baseline: null, Allocated, Changed);
        Assert.True(plan.IsFull);
        Assert.Equal(string.Empty, plan.BasePointId);
        Assert.Equal(Allocated.Ranges, plan.Work.Ranges);
    }

    [Fact]
    public void With_a_baseline_only_what_changed_is_read_in_whole_clusters()
    {
        var plan = DiskPlan.For("D", Length, Baseline(Length), Allocated, Changed);
        Assert.False(plan.IsFull);
        Assert.Equal("p1", plan.BasePointId);
        Assert.Equal([new DiskRange(4096, 4096)], plan.Work.Ranges);
        Assert.Equal(100, plan.ChangedBytes);
    }

    [Theory]
    [InlineData(true, "t1", Length)]  // change tracking has no answer
    [InlineData(false, "", Length)]   // there was no change tracking
    [InlineData(false, "t1", Length + 512)] // the disk shrank
    public void When_change_tracking_cannot_be_believed_everything_is_read(bool noAnswer, string id, long baseLength)
    {
        var plan = DiskPlan.For("d", Length, Baseline(baseLength, id), Allocated, noAnswer ? null : Changed);
        Assert.True(plan.IsFull);
        Assert.Equal(string.Empty, plan.BasePointId);
    }

    [Fact]
    public void Of_a_disk_that_grew_the_new_tail_is_read_where_it_is_allocated()
    {
        var plan = DiskPlan.For("d", Length, Baseline(85 << 20), Allocated, Changed);
        Assert.False(plan.IsFull);
        Assert.Equal(85 << 20, plan.BaseLength);
        Assert.Equal([new DiskRange(4096, 4096), new DiskRange(85 << 20, 4096), new DiskRange(90 << 20, 10 << 20)], plan.Work.Ranges);
    }

    [Fact]
    public void A_disk_that_the_baseline_does_not_know_is_read_as_a_whole()
    {
        Assert.True(DiskPlan.For("other", Length, Baseline(Length), Allocated, Changed).IsFull);
    }

    private static Baseline Baseline(long length, string id = "t1")
    {
        var baseline = new Baseline { PointId = "p1", ReferencePointId = "r1" };
        baseline.Disks.Add(new DiskBaseline { DiskKey = "d", Length = (ulong)length, ChangeTrackingId = id });
        return baseline;
    }
}
