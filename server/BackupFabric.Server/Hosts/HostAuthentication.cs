using System.Text.Encodings.Web;
using BackupFabric.Protos.Problems;
using BackupFabric.Server.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace BackupFabric.Server.Hosts;

/// <summary>Authenticates gRPC calls by the client certificate of their connection, and refuses in gRPC's own terms.</summary>
internal sealed class HostAuthentication(
    HostRegister register, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>Name of the scheme and of the policy that demands it.</summary>
    public new const string Scheme = "Host";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.Connection.ClientCertificate is not { } certificate)
            return AuthenticateResult.Fail(HostProblems.CertificateRequired().Because());
        var (host, refusal) = await register.IdentifyAsync(certificate, Context.RequestAborted);
        return host is not null
            ? AuthenticateResult.Success(new AuthenticationTicket(host.ToPrincipal(), Scheme))
            : AuthenticateResult.Fail(refusal!.Because());
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        var problem = (result.Failure as ProblemException)?.Problem ?? HostProblems.CertificateRequired();
        await GrpcRefusal.WriteAsync(Context, problem);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        GrpcRefusal.WriteAsync(Context, HostProblems.CertificateRequired());
}
