using System.Net.Sockets;
using System.Text;

namespace BackupFabric.Server.Start;

/// <summary>Tells systemd that the server is ready or stopping (sd_notify), when it was started as a unit of type notify.</summary>
internal static class SystemdNotice
{
    private const string SocketVariable = "NOTIFY_SOCKET";

    public static void Ready() => Send("READY=1");

    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string state)
    {
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable(SocketVariable) is not { Length: > 0 } path) return;
        // An abstract socket is written with an at sign, and begins with a zero byte.
        var endpoint = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Connect(endpoint);
        socket.Send(Encoding.ASCII.GetBytes(state));
    }
}
