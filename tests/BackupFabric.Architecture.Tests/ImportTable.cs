using System.Xml.Linq;

namespace BackupFabric.Architecture.Tests;

/// <summary>Who may import whom. A new line here is a decision; ARCHITECTURE.md says why.</summary>
public sealed class ImportTable
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Blocks"] = [],
        ["Disks"] = [],
        ["Protos"] = [],
        ["BlockStore"] = ["Blocks"],
        ["Server"] = ["BlockStore", "Blocks", "Disks", "Protos"],
        ["Cli"] = ["Protos", "BlockStore", "Blocks", "Disks"],
        ["Agent"] = ["Blocks", "Disks", "Protos"],
        ["Agent.HyperV"] = ["Agent", "Disks"],
        ["Agent.Lab"] = ["Agent.HyperV", "Disks"],
        ["Agent.Service"] = ["Agent", "Agent.HyperV", "Agent.Lab"],
        ["Tour"] = ["Protos"],
    };

    private static readonly string[] Houses = ["protos", "formats", "server", "agent", "deploy/lab"];

    [Fact]
    public void Every_project_imports_only_what_the_table_allows()
    {
        var offences = Projects().SelectMany(p => p.References
            .Where(r => !(Allowed.TryGetValue(p.Name, out var allowed) && allowed.Contains(r)))
            .Select(r => $"{p.Name} -> {r}"));
        Assert.Empty(offences);
    }

    [Fact]
    public void Every_project_stands_in_the_table_and_every_line_of_it_stands_for_a_project() =>
        Assert.Equal(Allowed.Keys.Order(), Projects().Select(p => p.Name).Order());

    [Fact]
    public void Every_project_is_opened_by_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(SourceTree.Root, "BackupFabric.sln")).Replace('\\', '/');
        var missing = SourceTree.Files("*.csproj", "protos", "formats", "server", "agent", "deploy", "tests")
            .Select(SourceTree.Relative).Where(p => !solution.Contains(p, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void Stand_ins_are_referenced_by_their_targets_file_only()
    {
        var offences = SourceTree.Files("*.csproj", Houses)
            .Where(p => File.ReadAllText(p).Contains("standins", StringComparison.OrdinalIgnoreCase)).Select(SourceTree.Relative);
        Assert.Empty(offences);
    }

    private static IEnumerable<(string Name, string[] References)> Projects() =>
        SourceTree.Files("*.csproj", Houses).Select(file => (
            ShortName(file),
            XDocument.Load(file).Descendants("ProjectReference").Select(r => ShortName(r.Attribute("Include")!.Value)).ToArray()));

    private static string ShortName(string project) =>
        Path.GetFileNameWithoutExtension(project.Replace('\\', '/')).Replace("BackupFabric.", "", StringComparison.Ordinal);
}
