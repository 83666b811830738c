namespace BackupFabric.Agent.Lab.Wmi.Jobs;

/// <summary>Ends a job in the state Exception with a code of the vendor range and the texts that management tools show.</summary>
internal sealed class JobFailedException(ushort code, string description, params IReadOnlyList<string> details) : Exception(description)
{
    public ushort Code { get; } = code;

    public IReadOnlyList<string> Details { get; } = details;
}
