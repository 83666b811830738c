using BackupFabric.Server.Placements;

namespace BackupFabric.Server.Tests.Placements;

public sealed class PlacementRuleTests
{
    private static readonly Guid A = Guid.NewGuid();
    private static readonly Guid B = Guid.NewGuid();
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_sighting_begins_the_first_epoch() => Assert.Equal(new(A, 1, true), PlacementRule.Decide(null, 0, [At(A, 1)]));

    [Fact]
    public void Where_it_appeared_last_it_is() => Assert.Equal(new(B, 2, true), PlacementRule.Decide(A, 1, [At(A, 1), At(B, 2)]));

    [Fact]
    public void A_host_that_goes_on_reporting_what_it_had_takes_nothing_back() =>
        Assert.Equal(new(B, 2, false), PlacementRule.Decide(B, 2, [At(A, 1), At(B, 2)]));

    [Fact]
    public void When_the_newer_place_gives_it_up_the_older_has_it_again() => Assert.Equal(new(A, 3, true), PlacementRule.Decide(B, 2, [At(A, 1)]));

    [Fact]
    public void When_nobody_has_it_the_placement_stays_without_a_host()
    {
        Assert.Equal(new(null, 3, true), PlacementRule.Decide(A, 2, []));
        Assert.Equal(new(null, 3, false), PlacementRule.Decide(null, 3, []));
    }

    [Fact]
    public void Equal_times_change_nothing() => Assert.Equal(new(B, 4, false), PlacementRule.Decide(B, 4, [At(A, 5), At(B, 5)]));

    [Fact]
    public void The_epoch_never_falls_and_rises_exactly_when_the_host_changes()
    {
        var random = new Random(20261122);
        for (var run = 0; run < 200; run++)
        {
            Guid? host = null;
            long epoch = 0;
            var sightings = new Dictionary<Guid, DateTimeOffset>();
            for (var step = 1; step < 50; step++)
            {
                var who = random.Next(2) == 0 ? A : B;
                if (!sightings.Remove(who)) sightings[who] = Start.AddMinutes(step);
                var decision = PlacementRule.Decide(host, epoch, [.. sightings.Select(entry => new Sighted(entry.Key, entry.Value))]);
                Assert.Equal(decision.HostId != host, decision.Changed);
                Assert.Equal(epoch + (decision.Changed ? 1 : 0), decision.Epoch);
                Assert.Equal(sightings.Count == 0 ? null : sightings.MaxBy(entry => entry.Value).Key, decision.HostId);
                (host, epoch) = (decision.HostId, decision.Epoch);
            }
        }
    }

    private static Sighted At(Guid host, int minute) => new(host, Start.AddMinutes(minute));
}
