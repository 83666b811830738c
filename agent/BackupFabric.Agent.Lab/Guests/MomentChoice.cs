using System.Globalization;
using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>Turns the name of a moment into a write's sequence.</summary>
internal static class MomentChoice
{
    /// <summary>Null means now.</summary>
    public static long? Sequence(VmFolder folder, string moment)
    {
        if (moment.Equals("now", StringComparison.OrdinalIgnoreCase))
            return null;
        if (long.TryParse(moment, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            return sequence;
        IReadOnlyList<Moment> known = Truth.Moments(folder);
        Moment? found = moment.ToUpperInvariant() switch
        {
            "LATEST" => known.LastOrDefault(),
            "LATEST-POINT" => known.LastOrDefault(m => m.ReferencePoint is not null),
            _ => known.LastOrDefault(m => Guid.TryParse(moment.Replace("Microsoft:", "", StringComparison.OrdinalIgnoreCase), out Guid id) && (m.Checkpoint == id || m.ReferencePoint == id)),
        };
        return found?.Sequence
            ?? throw new LabException("no-such-moment", $"No checkpoint '{moment}' was ever taken of this VM.", "Name a checkpoint's or reference point's GUID, 'latest-point', 'latest', 'now' or a write's sequence.");
    }
}
