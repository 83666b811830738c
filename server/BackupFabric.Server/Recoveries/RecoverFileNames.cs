using BackupFabric.Server.Points;

namespace BackupFabric.Server.Recoveries;

/// <summary>File names for recovered disks: those of the images that were backed up, made unique, because they go into one folder.</summary>
internal static class RecoverFileNames
{
    public static IReadOnlyList<string> For(IReadOnlyList<string> paths)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>(paths.Count);
        for (var i = 0; i < paths.Count; i++)
        {
            var (stem, extension) = Split(ImagePath.FileNameOf(paths[i]), i);
            var name = stem + extension;
            for (var number = 2; !taken.Add(name); number++) name = $"{stem}-{number}{extension}";
            names.Add(name);
        }

        return names;
    }

    private static (string Stem, string Extension) Split(string fileName, int index)
    {
        var clean = string.Concat(fileName.Select(letter => letter is '\\' or '/' or ':' or '*' or '?' or '"' or '<' or '>' or '|' || char.IsControl(letter) ? '_' : letter));
        var dot = clean.LastIndexOf('.');
        var stem = (dot < 0 ? clean : clean[..dot]).Trim();
        // The leaf of a chain is recovered as one whole disk, and is called one.
        var extension = (dot < 0 ? "" : clean[dot..]).ToUpperInvariant() switch
        {
            ".VHD" or ".AVHD" => ".vhd",
            _ => ".vhdx",
        };
        return (stem.Length == 0 ? $"disk-{index + 1}" : stem, extension);
    }
}
