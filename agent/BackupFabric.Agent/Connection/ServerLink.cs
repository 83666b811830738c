using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Agent.Enrolment;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Grpc.Net.Client;
using V1Enrolment = BackupFabric.Protos.V1.Enrolment;

namespace BackupFabric.Agent.Connection;

/// <summary>
/// The way to the server. Control and data have connections of their own, so that a pulse never waits behind blocks.
/// </summary>
internal sealed class ServerLink : IDisposable
{
    // The greatest that the handler takes; over long lines anything less would be the limit.
    private const int StreamWindow = 16 << 20;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private readonly List<GrpcChannel> _channels = [];
    private GrpcChannel _control;
    private GrpcChannel _data;

    public ServerLink(AgentIdentity identity)
    {
        Server = identity.Server;
        (_control, _data, Trust) = Channels(identity);
    }

    /// <summary>Over channels that somebody else made.</summary>
    internal ServerLink(Uri server, GrpcChannel control, GrpcChannel data) => (Server, _control, _data) = (server, control, data);

    public Uri Server { get; }

    public AuthorityTrust? Trust { get; private set; }

    public AgentControl.AgentControlClient Control => new(Volatile.Read(ref _control));

    public BlockTransferClient Transfer => new(Volatile.Read(ref _data));

    public V1Enrolment.EnrolmentClient Enrolment => new(Volatile.Read(ref _control));

    /// <summary>From now on calls are made with this identity. Calls that are under way go on with the old one.</summary>
    public void Use(AgentIdentity identity)
    {
        lock (_gate) (_control, _data, Trust) = Channels(identity);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var channel in _channels) channel.Dispose();
            _channels.Clear();
        }
    }

    internal static GrpcChannel Channel(Uri server, AuthorityTrust trust, X509Certificate2? certificate) =>
        GrpcChannel.ForAddress(server, new GrpcChannelOptions
        {
            HttpHandler = Handler(trust, certificate),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            ThrowOperationCanceledOnCancellation = true,
        });

    private static SocketsHttpHandler Handler(AuthorityTrust trust, X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectPatience,
            KeepAlivePingDelay = PingEvery,
            KeepAlivePingTimeout = PingEvery,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindow,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = trust.Accept },
        };
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        return handler;
    }

    private (GrpcChannel Control, GrpcChannel Data, AuthorityTrust Trust) Channels(AgentIdentity identity)
    {
        var trust = new AuthorityTrust(identity.Authority, identity.Server);
        var control = Channel(identity.Server, trust, identity.Certificate);
        var data = Channel(identity.Server, trust, identity.Certificate);
        _channels.AddRange([control, data]);
        return (control, data, trust);
    }
}
