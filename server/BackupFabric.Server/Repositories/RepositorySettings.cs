namespace BackupFabric.Server.Repositories;

/// <summary>Section <c>Repository</c>.</summary>
internal sealed class RepositorySettings
{
    /// <summary>Where the backups lie; DATA/repository when empty.</summary>
    public string? Path { get; set; }

    /// <summary>Backups stop before the volume has less free space than this.</summary>
    public long FreeBytesReserve { get; set; } = 256L << 20;
}
