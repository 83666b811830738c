using System.Net;
using BackupFabric.Agent.Connection;
using BackupFabric.Protos.Problems;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>A server that speaks the real protocol over real connections, and remembers everything it was told.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<GrpcChannel> _channels = [];

    private FakeServer(WebApplication app, FakeRepository repository, FakeControl control, FakeAuthority? authority)
    {
        (_app, Repository, Control, Authority) = (app, repository, control, authority);
        Address = new Uri(app.Urls.Single().Replace("127.0.0.1", authority is null ? "127.0.0.1" : "localhost", StringComparison.Ordinal));
        Link = authority is null ? new ServerLink(Address, Open(), Open()) : null!;
    }

    public Uri Address { get; }

    public FakeRepository Repository { get; }

    public FakeControl Control { get; }

    public FakeAuthority? Authority { get; }

    /// <summary>A link without TLS.</summary>
    public ServerLink Link { get; }

    public static async Task<FakeServer> StartAsync(FakeAuthority? authority = null, int port = 0)
    {
        var (repository, control) = (new FakeRepository(), new FakeControl());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            listen.Protocols = authority is null ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
            if (authority is null) return;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = authority.ServerCertificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => authority.Proves(certificate);
            });
        }));
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.Interceptors.Add<ProblemInterceptor>();
        });
        builder.Services.AddSingleton(repository).AddSingleton(control);
        if (authority is not null) builder.Services.AddSingleton(authority);
        var app = builder.Build();
        app.MapGrpcService<FakeTransfer>();
        app.MapGrpcService<FakeControlService>();
        if (authority is not null)
        {
            app.MapGrpcService<FakeEnrolment>();
            app.MapGet(Protos.Rest.Routes.Authority, () => authority.Certificate.ExportCertificatePem());
        }

        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FakeServer(app, repository, control, authority);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels) channel.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private GrpcChannel Open()
    {
        var channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, ThrowOperationCanceledOnCancellation = true });
        _channels.Add(channel);
        return channel;
    }
}
