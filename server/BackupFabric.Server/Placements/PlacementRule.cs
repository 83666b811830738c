namespace BackupFabric.Server.Placements;

/// <summary>A host that holds the VM, and since when it is known to.</summary>
internal readonly record struct Sighted(Guid HostId, DateTimeOffset FirstSeenAt);

/// <param name="Changed">A new epoch begins; otherwise everything is as it was.</param>
internal readonly record struct PlacementDecision(Guid? HostId, long Epoch, bool Changed);

/// <summary>
/// Where a VM is, decided from who holds it: the host on which it appeared last. A host that goes on reporting what it had before
/// never takes a VM back, so the old node's late inventory cannot undo a live migration; a copy that is left behind gets the VM
/// back only when the newer place gives it up.
/// </summary>
internal static class PlacementRule
{
    public static PlacementDecision Decide(Guid? currentHost, long currentEpoch, IReadOnlyCollection<Sighted> sightings)
    {
        var newest = Newest(currentHost, sightings);
        return newest == currentHost
            ? new PlacementDecision(currentHost, currentEpoch, Changed: false)
            : new PlacementDecision(newest, currentEpoch + 1, Changed: true);
    }

    // Equal times cannot be told apart; then the present place stays, so that nothing flaps.
    private static Guid? Newest(Guid? currentHost, IReadOnlyCollection<Sighted> sightings)
    {
        if (sightings.Count == 0) return null;
        var latest = sightings.Max(sighted => sighted.FirstSeenAt);
        var candidates = sightings.Where(sighted => sighted.FirstSeenAt == latest).Select(sighted => sighted.HostId).ToList();
        return currentHost is { } here && candidates.Contains(here) ? here : candidates.Order().First();
    }
}
