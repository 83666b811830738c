namespace BackupFabric.BlockStore.Volumes;

/// <summary>
/// Where a repository's files lie. Names are relative with forward slashes; the empty folder name is the root. The engine above relies on: append-only files,
/// atomic replacement, and nothing being durable before <see cref="IVolumeFile.FlushAsync"/> (contents) and <see cref="SyncFolderAsync"/> (names).
/// A name that does not exist is a <see cref="FileNotFoundException"/>.
/// </summary>
public interface IVolume : IAsyncDisposable
{
    /// <summary>For messages: the folder's path.</summary>
    string Name { get; }

    /// <summary>The files of a folder by their names within it, in no order; a folder inside it ends with a slash. A missing folder has none.</summary>
    IAsyncEnumerable<VolumeEntry> ListAsync(string folder, CancellationToken cancellation);

    /// <summary>A new file for appending and reading; fails if it exists. Missing folders are made.</summary>
    ValueTask<IVolumeFile> CreateAsync(string name, CancellationToken cancellation);

    ValueTask<IVolumeFile> OpenAsync(string name, bool append, CancellationToken cancellation);

    /// <summary>Atomic: afterwards <paramref name="to"/> is the file that <paramref name="from"/> was, whatever it was before.</summary>
    ValueTask RenameAsync(string from, string to, CancellationToken cancellation);

    /// <summary>Deleting what is not there is no error.</summary>
    ValueTask DeleteAsync(string name, CancellationToken cancellation);

    /// <summary>Returns when the names of a folder (created, renamed, deleted) are durable. Missing folders are made.</summary>
    ValueTask SyncFolderAsync(string folder, CancellationToken cancellation);

    long FreeBytes();

    /// <summary>Exclusive ownership until disposed or the process dies; null when somebody else has it.</summary>
    ValueTask<IDisposable?> TryLockAsync(string name, CancellationToken cancellation);
}

public readonly record struct VolumeEntry(string Name, long Length);
