namespace BackupFabric.Server.Start;

/// <summary>The data folder, owned by one server process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream held) => _lock = held;

    public static DataFolder Own(ServerSettings settings)
    {
        var path = settings.DataFolder;
        try
        {
            PrivateFolder.Make(path);
            return new DataFolder(new FileStream(Path.Combine(path, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new StartException(
                $"The data folder '{path}' cannot be used: {failure.Message}",
                "Give the server's account the right to write there, or choose another folder with --data.",
                failure);
        }
        catch (IOException failure) when (File.Exists(Path.Combine(path, "server.lock")))
        {
            throw new StartException(
                $"Another server is using the data folder '{path}'.",
                "Stop it first, or choose another folder with --data.",
                failure);
        }
        catch (IOException failure)
        {
            throw new StartException($"The data folder '{path}' cannot be made: {failure.Message}", "Choose another folder with --data.", failure);
        }
    }

    public void Dispose() => _lock.Dispose();
}
