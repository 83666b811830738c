using System.CommandLine;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Points;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>How a recovery point is named on the command line: an id or its beginning, 'latest', or 'latest:VM'.</summary>
internal static class PointName
{
    private const string Latest = "latest";
    private const int NamedMax = 5;

    public static Argument<string> Argument(string name = "point") => new(name) { Description = "Id or its beginning, 'latest', or 'latest:VM'." };

    public static bool IsOf(Manifest point, string vm) => point.VmName == vm || (Guid.TryParse(vm, out var id) && id == point.VmId);

    public static Manifest Find(IReadOnlyList<Manifest> oldestFirst, string name)
    {
        if (name == Latest) return oldestFirst.Count > 0 ? oldestFirst[^1] : throw Missing("There are no recovery points yet.", "'bf store import' makes one.");
        if (name.StartsWith(Latest + ":", StringComparison.Ordinal)) return LatestOf(oldestFirst, name[(Latest.Length + 1)..]);
        var digits = name.Replace("-", "", StringComparison.Ordinal);
        var found = digits.Length == 0 ? [] : oldestFirst.Where(point => point.PointId.ToString("N").StartsWith(digits, StringComparison.OrdinalIgnoreCase)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw Missing($"There is no recovery point '{name}'.", HintFor(oldestFirst, name)),
            _ => throw new CliProblemException("point-ambiguous", $"'{name}' is the beginning of {found.Count} recovery points' ids: {Some(found.Select(point => point.PointId.ToString("N")))}.",
                "Give more digits.", ExitCode.Usage),
        };
    }

    public static Manifest Find(Repository repository, string name) => Find(repository.Points(), name);

    /// <summary>A point in the trash; 'latest' is the one that was deleted last.</summary>
    public static Manifest FindTrashed(Repository repository, string name)
    {
        try
        {
            return Find([.. repository.Trash().Select(trashed => trashed.Point)], name);
        }
        catch (CliProblemException missing) when (missing.ExitCode == ExitCode.NotFound)
        {
            throw new CliProblemException("point-not-in-trash", $"There is no recovery point '{name}' in the trash.", "'bf store list --trash' shows what is there.", ExitCode.NotFound, missing);
        }
    }

    /// <summary>The only disk, or the one that is named.</summary>
    public static ManifestDisk DiskOf(Manifest point, string? key)
    {
        var keys = Some(point.Disks.Select(disk => disk.DiskKey));
        if (key is null)
        {
            return point.Disks.Count == 1 ? point.Disks[0]
                : throw new CliProblemException("disk-needed", $"The point has {point.Disks.Count} disks: {keys}.", "Name one with --disk.", ExitCode.Usage);
        }

        return point.Disks.FirstOrDefault(disk => disk.DiskKey == key) ?? throw new CliProblemException("disk-missing", $"The point has no disk '{key}'; it has {keys}.", "Name one of them with --disk.", ExitCode.NotFound);
    }

    private static Manifest LatestOf(IReadOnlyList<Manifest> oldestFirst, string vm) =>
        oldestFirst.LastOrDefault(point => IsOf(point, vm)) ?? throw Missing($"There is no recovery point of '{vm}'.", VmsIn(oldestFirst));

    private static string HintFor(IReadOnlyList<Manifest> points, string name) =>
        points.Any(point => point.VmName == name) ? $"That is a virtual machine: its last point is 'latest:{name}'." : "'bf store list' shows the points.";

    private static string VmsIn(IReadOnlyList<Manifest> points) =>
        points.Count == 0 ? "The repository has no points yet." : $"It has points of {Some(points.Select(point => point.VmName).Distinct())}.";

    private static string Some(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(NamedMax)) + (all.Count > NamedMax ? ", ..." : "");
    }

    private static CliProblemException Missing(string sentence, string advice) => new("point-missing", sentence, advice, ExitCode.NotFound);
}
