using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using BackupFabric.Server.Authority;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace BackupFabric.Server.Start;

/// <summary>One TLS port for REST (HTTP/1.1 and 2) and gRPC (HTTP/2), told apart by ALPN.</summary>
internal static class KestrelSetup
{
    // The data plane needs windows as large as what is in flight, or the round trip becomes its speed.
    private const int StreamWindowBytes = 32 << 20;
    private const int ConnectionWindowBytes = 64 << 20;
    private const int FrameBytesMax = 1 << 20;
    private const int StreamsPerConnectionMax = 256;
    private const long RestBodyBytesMax = 4 << 20;

    public static void Configure(KestrelServerOptions kestrel, ServerSettings settings, IServiceProvider services)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = settings.ConnectionsMax;
        // gRPC lifts it for its own calls.
        limits.MaxRequestBodySize = RestBodyBytesMax;
        // An agent whose target volume stalls reads nothing for a while; that must not cost it the connection.
        limits.MinResponseDataRate = null;
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        limits.Http2.MaxFrameSize = FrameBytesMax;
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnectionMax;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(30);

        void Listen(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(TlsOptions(services));
        }

        if (settings.Bind == "*") kestrel.ListenAnyIP(settings.Port, Listen);
        else kestrel.Listen(IPAddress.Parse(settings.Bind), settings.Port, Listen);
    }

    [SuppressMessage(
        "Security",
        "CA5359:Do not disable certificate validation",
        Justification = "TLS proves that the caller holds the key. Whether the certificate is ours, in time and not revoked is judged by HostRegister, call by call, where the refusal can be a sentence; nothing else trusts it.")]
    private static TlsHandshakeCallbackOptions TlsOptions(IServiceProvider services)
    {
        var certificate = services.GetRequiredService<ServerCertificate>();
        return new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Context,
                // Asked for, not demanded: operators have none.
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            }),
        };
    }
}
