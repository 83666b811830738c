namespace BackupFabric.Agent.Service;

internal static class DataFolder
{
    /// <summary>Where an agent keeps its things when nobody says otherwise.</summary>
    public static string Default => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "BackupFabric", "Agent")
        : "/var/lib/backupfabric-agent";
}
