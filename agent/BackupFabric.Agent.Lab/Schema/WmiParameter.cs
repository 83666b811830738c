namespace BackupFabric.Agent.Lab.Schema;

internal sealed record WmiParameter(
    string Name,
    string Type,
    bool Array = false,
    string? RefClass = null,
    string? Embedded = null,
    string? ObjectClass = null,
    bool Optional = false);
