namespace BackupFabric.Server.Start;

/// <summary>Section <c>Server</c>.</summary>
internal sealed class ServerSettings
{
    public const int DefaultPort = 7443;

    /// <summary>Everything of the server lies here: authority, catalog, and the repository unless that has its own path.</summary>
    public string DataFolder { get; set; } = OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "BackupFabric")
        : "/var/lib/backupfabric";

    /// <summary>An address to listen on, or <c>*</c> for all.</summary>
    public string Bind { get; set; } = "*";

    /// <summary>0 takes any free port.</summary>
    public int Port { get; set; } = DefaultPort;

    /// <summary>How hosts reach the server, "https://backup.example:7443"; made from the machine's name and the port when empty.</summary>
    public string? PublicAddress { get; set; }

    /// <summary>Health turns bad when the repository's volume has less.</summary>
    public long FreeBytesWarning { get; set; } = 1L << 30;

    public int ConnectionsMax { get; set; } = 5_000;

    public string AuthorityFolder => Path.Combine(DataFolder, "authority");

    public string SpoolFolder => Path.Combine(DataFolder, "spool");

    public string? PublicHost => PublicAddress is { Length: > 0 } text && Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri.Host : null;
}
