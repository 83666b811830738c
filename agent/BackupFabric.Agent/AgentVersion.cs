using System.Reflection;

namespace BackupFabric.Agent;

public static class AgentVersion
{
    /// <summary>Of the control protocol.</summary>
    public const uint Protocol = 1;

    public static string Text { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
