namespace BackupFabric.Agent.HyperV.Seams;

/// <summary>A WMI call that failed as such. <see cref="Code"/> is the WBEM HRESULT or the method's return value.</summary>
public sealed class WmiException(string what, uint code, string? description = null)
    : Exception(description is null ? $"{what}: 0x{code:x8}" : $"{what}: {description} (0x{code:x8})")
{
    public uint Code { get; } = code;
}
