namespace BackupFabric.Agent.Lab.DataCenter;

/// <summary>A release of Windows Server, as far as Hyper-V differs between them.</summary>
internal sealed record WindowsVersion(string Name, int Build, string ConfigurationVersion)
{
    public static readonly IReadOnlyList<WindowsVersion> All =
    [
        new("Windows Server 2012", 9200, "4.0"),
        new("Windows Server 2012 R2", 9600, "5.0"),
        new("Windows Server 2016", 14393, "8.0"),
        new("Windows Server 2019", 17763, "9.0"),
        new("Windows Server 2022", 20348, "10.0"),
        new("Windows Server 2025", 26100, "12.0"),
    ];

    public string Description => Build < 10000
        ? $"Microsoft {Name} Datacenter 6.{(Build == 9600 ? 3 : 2)}.{Build}"
        : $"Microsoft {Name} Datacenter 10.0.{Build}";

    public bool HasChangeTracking => Build >= 14393;

    public static WindowsVersion? Find(string name) => All.FirstOrDefault(v => v.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static WindowsVersion Parse(string name) => Find(name)
        ?? throw new LabException("unknown-windows", $"'{name}' is not a Windows release the lab knows.", $"Use one of: {string.Join(", ", All.Select(v => v.Name))}.");

    /// <summary>Classes appear with a release and stay.</summary>
    public bool HasClassesOf(string? minServer) => minServer is null || Find(minServer) is not { } least || Build >= least.Build;

    /// <summary>Members that only a live schema showed exist from that release on.</summary>
    public bool HasLiveMembersOf(IReadOnlyList<string>? releases) =>
        releases is null || releases.Count == 0 || releases.Any(r => Build >= BuildOf(r));

    public bool Runs(string configurationVersion) => Version.Parse(configurationVersion) <= Version.Parse(ConfigurationVersion);

    private static int BuildOf(string liveRelease) => liveRelease switch
    {
        "server2019" => 17763,
        "server23h2" => 25398,
        _ => int.MaxValue,
    };
}
