using System.Net.Sockets;
using System.Text;

namespace BackupFabric.Agent.Service;

/// <summary>Tells systemd how far the service is (sd_notify); does nothing where nobody asked.</summary>
internal static class ServiceNotification
{
    public static void Ready() => Send("READY=1");

    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path) return;
        // A leading @ stands for the abstract name space.
        if (path[0] == '@') path = '\0' + path[1..];
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path));
    }
}
