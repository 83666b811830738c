using System.Globalization;
using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>Turns the name of a moment into a write's sequence.</summary>
internal static class MomentChoice
{
    private const string WritePrefix = "write:";

    /// <summary>Null means now.</summary>
    public static long? Sequence(VmFolder folder, string moment)
    {
        if (moment.Equals("now", StringComparison.OrdinalIgnoreCase))
            return null;
        if (moment.StartsWith(WritePrefix, StringComparison.OrdinalIgnoreCase)
            && long.TryParse(moment.AsSpan(WritePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
            return sequence;
        IReadOnlyList<Moment> known = Truth.Moments(folder);
        List<Moment> points = [.. known.Where(m => m.ReferencePoint is not null)];
        if (int.TryParse(moment, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= points.Count)
            return points[number - 1].Sequence;
        Moment? found = moment.ToUpperInvariant() switch
        {
            "LATEST" => known.Count > 0 ? known[^1] : null,
            "LATEST-POINT" => points.LastOrDefault(),
            _ => known.LastOrDefault(m => Guid.TryParse(moment.Replace("Microsoft:", "", StringComparison.OrdinalIgnoreCase), out Guid id) && (m.Checkpoint == id || m.ReferencePoint == id)),
        };
        return found?.Sequence
            ?? throw new LabException("no-such-moment", $"No checkpoint '{moment}' was ever taken of this VM.", "Name 'latest-point', 'latest', 'now', the number or GUID of a reference point, the GUID of a checkpoint, or write:N.");
    }
}
