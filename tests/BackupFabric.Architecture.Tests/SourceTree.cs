using System.Runtime.CompilerServices;

namespace BackupFabric.Architecture.Tests;

/// <summary>The repository as files: what these tests read.</summary>
internal static class SourceTree
{
    public static readonly string Root = FindRoot();

    public static IEnumerable<string> Files(string pattern, params string[] below) =>
        below.Select(b => Path.Combine(Root, b)).Where(Directory.Exists)
            .SelectMany(b => Directory.EnumerateFiles(b, pattern, SearchOption.AllDirectories))
            .Where(f => !IsBuildOutput(f));

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static bool IsBuildOutput(string file)
    {
        var parts = Relative(file).Split('/');
        return parts.Contains("bin") || parts.Contains("obj") || parts[0] is "artifacts" or ".lab";
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "BackupFabric.sln"))) return folder;
        throw new InvalidOperationException("BackupFabric.sln was not found above the tests.");
    }
}
