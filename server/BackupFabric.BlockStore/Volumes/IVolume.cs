namespace BackupFabric.BlockStore.Volumes;

/// <summary>
/// Where a repository's files lie. Names are relative with forward slashes. The engine above relies on: append-only files, atomic replacement, and nothing
/// being durable before <see cref="IVolumeFile.FlushAsync"/> (contents) and <see cref="SyncFolderAsync"/> (names).
/// </summary>
public interface IVolume : IAsyncDisposable
{
    /// <summary>For messages: the folder's path.</summary>
    string Name { get; }

    IAsyncEnumerable<VolumeEntry> ListAsync(string folder, CancellationToken cancellation);

    /// <summary>A new file for appending and reading; fails if it exists. Missing folders are made.</summary>
    ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation);

    ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation);

    /// <summary>Atomic: afterwards <paramref name="to"/> is the file that <paramref name="from"/> was, whatever it was before.</summary>
    ValueTask RenameAsync(string from, string to, CancellationToken cancellation);

    ValueTask DeleteAsync(string name, CancellationToken cancellation);

    ValueTask SyncFolderAsync(string folder, CancellationToken cancellation);

    long FreeBytes();

    /// <summary>Exclusive ownership until disposed or the process dies; null when somebody else has it.</summary>
    ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation);
}

public readonly record struct VolumeEntry(string Name, long Length);
