namespace BackupFabric.Server.Start;

/// <summary>The address under which hosts and operators reach this server; complete once it listens.</summary>
internal sealed class ServerAddress(ServerSettings settings)
{
    private int _port = settings.Port;

    public string Public => settings.PublicAddress is { Length: > 0 } given
        ? given.TrimEnd('/')
        : $"https://{Environment.MachineName}:{_port}";

    /// <summary>For messages on the console of the server's own machine.</summary>
    public string Local => $"https://localhost:{_port}";

    public void Listens(int port) => _port = port;
}
