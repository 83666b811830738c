namespace BackupFabric.Tour.Fabric;

/// <summary>The executables as they were built in a source tree.</summary>
public sealed record Programs(string Server, string Agent, string Bf, string Lab)
{
    public static Programs In(string root, string configuration)
    {
        var programs = new Programs(
            Built("server/BackupFabric.Server", "bf-server"),
            Built("agent/BackupFabric.Agent.Service", "bf-agent"),
            Built("server/BackupFabric.Cli", "bf"),
            Built("agent/BackupFabric.Agent.Lab", "bf-lab"));
        return programs;

        string Built(string project, string name)
        {
            var path = Path.Combine(root, project, "bin", configuration, "net10.0", name);
            return File.Exists(path) ? path : throw new TourException($"'{path}' is missing. Build it first: dotnet build -c {configuration} {project}");
        }
    }

    public static string SourceRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "BackupFabric.sln"))) return folder;
        throw new TourException("The source tree was not found; name it with --root.", 2);
    }
}
