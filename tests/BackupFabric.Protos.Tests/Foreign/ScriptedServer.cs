using System.Net;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Protos.Tests.Foreign;

/// <summary>
/// As much of a server as a peer meets on its way through one backup, and strict about the contract: every message that does not
/// follow it is a failed test. TLS with client certificates on one port, like the product's.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app, TestAuthority authority, BackupScript script)
    {
        _app = app;
        Authority = authority;
        Script = script;
        Address = $"127.0.0.1:{new Uri(app.Urls.Single()).Port}";
    }

    public string Address { get; }

    public TestAuthority Authority { get; }

    public BackupScript Script { get; }

    public string Token => EnrolmentToken.Create(Authority.Certificate.RawData, BackupScript.Secret).ToString();

    public static async Task<ScriptedServer> StartAsync(BackupScript script)
    {
        var authority = new TestAuthority();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = authority.Server;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => authority.Proves(certificate);
        })));
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<ProblemInterceptor>());
        builder.Services.AddSingleton(authority).AddSingleton(script);
        var app = builder.Build();
        app.MapGet("/enrolment/authority", () => Results.Text(authority.Certificate.ExportCertificatePem()));
        app.MapGrpcService<ScriptedEnrolment>();
        app.MapGrpcService<ScriptedControl>();
        app.MapGrpcService<ScriptedTransfer>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ScriptedServer(app, authority, script);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Authority.Dispose();
    }
}
