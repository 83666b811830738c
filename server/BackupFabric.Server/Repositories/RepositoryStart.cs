using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;
using BackupFabric.Server.Start;

namespace BackupFabric.Server.Repositories;

/// <summary>Opens the repository at start, or makes it where there is none yet.</summary>
internal static class RepositoryStart
{
    public static async Task<Repository> OpenAsync(AllSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var path = settings.Repository.Path is { Length: > 0 } given ? Path.GetFullPath(given) : Path.Combine(settings.Server.DataFolder, "repository");
        using var secret = SecretFile.Read(settings.Repository);
        var options = new RepositoryOptions($"bf-server on {Environment.MachineName}", FreeBytesReserve: settings.Repository.FreeBytesReserve, Secret: secret);
        try
        {
            Directory.CreateDirectory(path);
            var volume = new LocalVolume(path);
            return Directory.EnumerateFileSystemEntries(path).Any()
                ? await Repository.OpenAsync(volume, options, time, cancellation)
                : await Repository.CreateAsync(volume, options, time, cancellation);
        }
        catch (RepositoryException failure) when (failure.Code == "repository-locked")
        {
            throw new StartException(failure.Message, "Set Repository:PassphraseFile or Repository:KeyFile to the file that holds one of its secrets.", failure);
        }
        catch (RepositoryException failure)
        {
            throw new StartException(failure.Message, failure.Advice, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                $"The repository at '{path}' cannot be opened: {failure.Message}",
                "Check that the folder exists, that its volume is mounted, and that the server's account may write there.",
                failure);
        }
    }
}
