namespace BackupFabric.Server.Catalog;

/// <summary>Section <c>Database</c>.</summary>
internal sealed class CatalogSettings
{
    public const string Sqlite = "sqlite";

    /// <summary><c>sqlite</c>.</summary>
    public string Provider { get; set; } = Sqlite;

    /// <summary>Where the file lies; below the data folder when empty.</summary>
    public string? Path { get; set; }

    public int RetriesMax { get; set; } = 6;

    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a statement waits for another writer.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Copies of the file that are kept from before migrations.</summary>
    public int CopiesKept { get; set; } = 5;
}
