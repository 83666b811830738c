using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace BackupFabric.Server.Tests.Kit;

/// <summary>An agent as far as the wire is concerned: it enrols, connects, pushes and pulls with the generated clients.</summary>
internal sealed class TestAgent : IDisposable
{
    private GrpcChannel _channel;

    private TestAgent(TestServer server, string name, Guid hostId, X509Certificate2 certificate)
    {
        (Name, HostId, Certificate) = (name, hostId, certificate);
        _channel = ChannelTo(server, certificate);
    }

    public string Name { get; }

    public Guid HostId { get; }

    public X509Certificate2 Certificate { get; private set; }

    public AgentControl.AgentControlClient Control => new(_channel);

    public BlockTransferClient Transfer => new(_channel);

    public Enrolment.EnrolmentClient Enrolment => new(_channel);

    public static async Task<TestAgent> EnrolAsync(TestServer server, string name, string? token = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(EnrolmentToken.TryParse(token ?? await server.TokenAsync(), out var parsed));
        using var channel = ChannelTo(server, null);
        var reply = await new Enrolment.EnrolmentClient(channel).EnrolAsync(new EnrolRequest
        {
            TokenSecret = parsed.Secret,
            HostName = name,
            CertificateRequest = RequestFor(key),
            AgentVersion = "test",
        });
        Assert.True(parsed.Proves(reply.Authority.Span));
        return new TestAgent(server, name, Guid.Parse(reply.HostId), WithKey(reply.Certificate, key));
    }

    public async Task RenewAsync(TestServer server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var reply = await Enrolment.RenewAsync(new RenewRequest { CertificateRequest = RequestFor(key) });
        Certificate = WithKey(reply.Certificate, key);
        Reach(server);
    }

    /// <summary>After a restart the server has another port.</summary>
    public void Reach(TestServer server)
    {
        _channel.Dispose();
        _channel = ChannelTo(server, Certificate);
    }

    public Task<TestLink> ConnectAsync(params ActiveOrder[] active) => TestLink.OpenAsync(this, active);

    public void Dispose()
    {
        _channel.Dispose();
        Certificate.Dispose();
    }

    public static ByteString RequestFor(ECDsa key) =>
        ByteString.CopyFrom(new CertificateRequest("CN=whoever", key, HashAlgorithmName.SHA256).CreateSigningRequest());

    public static GrpcChannel ChannelTo(TestServer server, X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Trust.In(server) },
        };
        if (certificate is not null)
        {
            // Whatever the server hints at: a stranger's certificate must reach it too.
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
            handler.SslOptions.ClientCertificates = [certificate];
        }

        return GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null });
    }

    private static X509Certificate2 WithKey(ByteString certificate, ECDsa key)
    {
        using var bare = X509CertificateLoader.LoadCertificate(certificate.ToByteArray());
        using var paired = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(paired.Export(X509ContentType.Pfx), null);
    }
}
