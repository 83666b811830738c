namespace BackupFabric.Agent.HyperV.Seams;

/// <summary>A virtual disk call that failed; <see cref="Code"/> is the Win32 or virtual-disk error (windows virtdisk error codes).</summary>
public sealed class VirtualDiskException(string call, string path, uint code, string? description = null, Exception? inner = null)
    : IOException($"{call} of '{path}' failed: {description ?? "error"} (0x{code:x8})", inner)
{
    public string Call { get; } = call;

    public string DiskPath { get; } = path;

    public uint Code { get; } = code;
}
