namespace BackupFabric.Agent.Lab.Wmi.Wql;

internal abstract record WqlQuery;

/// <param name="Properties">Empty for all of them.</param>
/// <param name="Within">Polling interval of an event query.</param>
internal sealed record WqlSelect(string ClassName, IReadOnlyList<string> Properties, WqlCondition? Where, TimeSpan? Within) : WqlQuery;

/// <summary>ASSOCIATORS OF or REFERENCES OF, with the schema conditions that were given.</summary>
internal sealed record WqlRelated(
    bool References,
    string Path,
    string? AssocClass = null,
    string? ResultClass = null,
    string? Role = null,
    string? ResultRole = null,
    bool KeysOnly = false) : WqlQuery;
