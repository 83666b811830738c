using System.Security.Cryptography;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>A key file that bf makes: on the disk before anything is opened by it, readable by its owner alone, and never in the place of another file.</summary>
internal static class NewKeyFile
{
    public static async Task<RepositorySecret> MakeAsync(string file, CancellationToken cancellation)
    {
        var key = RepositorySecret.NewKeyFile();
        try
        {
            var path = Path.GetFullPath(file);
            await WriteAsync(path, key);
            await using var folder = new LocalVolume(Path.GetDirectoryName(path)!);
            await folder.SyncFolderAsync("", cancellation);
            return RepositorySecret.FromKeyFile(key);
        }
        catch (IOException) when (File.Exists(file))
        {
            throw new CliProblemException("file-exists", $"'{file}' exists already.", "Choose another name for the new key file; nothing is ever written over a key.", ExitCode.Refused);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliProblemException("target-denied", $"'{file}' cannot be made: {failure.Message}", "Check the path and its permissions.", ExitCode.Usage, failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static async Task WriteAsync(string path, byte[] key)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var stream = new FileStream(path, options);
        await stream.WriteAsync(key);
        stream.Flush(flushToDisk: true);
    }
}
