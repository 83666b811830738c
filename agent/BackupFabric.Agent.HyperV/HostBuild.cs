using BackupFabric.Agent.HyperV.Inventory;
using BackupFabric.Agent.HyperV.Seams;

namespace BackupFabric.Agent.HyperV;

/// <summary>What follows from the host's version where the host itself cannot be asked.</summary>
internal static class HostBuild
{
    // Newest configuration version that a host of this build runs (Microsoft's table of supported configuration versions).
    private static readonly (int Build, ConfigurationVersion Newest)[] Newest =
    [
        (9200, new(4, 0)), (9600, new(5, 0)), (14393, new(8, 0)), (15063, new(8, 1)), (16299, new(8, 2)), (17134, new(8, 3)),
        (17763, new(9, 0)), (18362, new(9, 1)), (19041, new(9, 2)), (20348, new(10, 0)), (26100, new(12, 0)),
    ];

    /// <summary>"Microsoft Windows Server 2022 Datacenter 10.0.20348" has version 10.0.20348; empty when the text ends in no version.</summary>
    public static string VersionOf(string operatingSystem)
    {
        var last = operatingSystem.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        return Version.TryParse(last, out var version) && version.Build >= 0 ? last : "";
    }

    public static int BuildOf(string operatingSystem) =>
        VersionOf(operatingSystem) is { Length: > 0 } version && Version.TryParse(version, out var parsed) ? parsed.Build : 0;

    /// <summary>Null for a build this table does not reach: then the host decides at the import.</summary>
    public static ConfigurationVersion? NewestConfiguration(string operatingSystem)
    {
        var build = BuildOf(operatingSystem);
        if (build < Newest[0].Build || build > Newest[^1].Build) return null;
        return Newest.Last(n => n.Build <= build).Newest;
    }

    /// <summary>
    /// Asks the class itself; where the client cannot get class definitions, the build from which on it has the property decides.
    /// </summary>
    public static async Task<bool> HasPropertyAsync(this HostSeams seams, string className, string property, int sinceBuild)
    {
        try
        {
            if (await seams.Virtualization.GetAsync(className) is { Properties.Count: > 0 } definition) return definition.Properties.ContainsKey(property);
        }
        catch (WmiException)
        {
            // Not every client hands out class definitions.
        }

        return BuildOf(seams.OperatingSystem) >= sinceBuild;
    }

}
