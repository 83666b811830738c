namespace BackupFabric.Agent.Lab.Schema;

/// <param name="LiveOnly">The releases whose live schema has the property although no documentation page names it; empty for documented ones.</param>
internal sealed record WmiProperty(
    string Name,
    string Type,
    bool Array = false,
    bool Key = false,
    string? RefClass = null,
    string? Embedded = null,
    bool Writable = false,
    IReadOnlyList<string>? LiveOnly = null);
