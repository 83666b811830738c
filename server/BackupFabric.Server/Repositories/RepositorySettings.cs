namespace BackupFabric.Server.Repositories;

/// <summary>Section <c>Repository</c>.</summary>
internal sealed class RepositorySettings
{
    /// <summary>Where the backups lie; DATA/repository when empty.</summary>
    public string? Path { get; set; }

    /// <summary>
    /// Makes a new repository an encrypted one, and opens it: a text file with the passphrase (line breaks at its end do not count). Empty for a repository that is
    /// not encrypted.
    /// </summary>
    public string? PassphraseFile { get; set; }

    /// <summary>The same with a key file of at least 32 bytes, all of which count.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Backups stop before the volume has less free space than this.</summary>
    public long FreeBytesReserve { get; set; } = 256L << 20;
}
