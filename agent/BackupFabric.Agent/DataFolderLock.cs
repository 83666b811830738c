namespace BackupFabric.Agent;

/// <summary>One agent per data folder: two would clean up each other's work. Gone with the process, however it ends.</summary>
public sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Throws the problem agent-running.</summary>
    public static DataFolderLock Take(string folder) =>
        TryTake(folder) ?? throw AgentProblems.AgentRunning(folder).Thrown();

    /// <summary>Whether an agent is working with that folder at the moment.</summary>
    public static bool IsTaken(string folder)
    {
        if (!File.Exists(PathIn(folder))) return false;
        using var held = TryTake(folder);
        return held is null;
    }

    public void Dispose() => _file.Dispose();

    private static DataFolderLock? TryTake(string folder)
    {
        try
        {
            return new DataFolderLock(new FileStream(PathIn(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, "agent.lock");
}
