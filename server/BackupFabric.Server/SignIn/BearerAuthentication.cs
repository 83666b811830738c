using System.Security.Claims;
using System.Text.Encodings.Web;
using BackupFabric.Protos.Problems;
using BackupFabric.Server.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace BackupFabric.Server.SignIn;

/// <summary>Authenticates REST requests by their bearer token, and refuses with a problem that says how to sign in.</summary>
internal sealed class BearerAuthentication(
    SignInDesk desk, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Bearer";

    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        var account = await desk.FindAsync(header[Prefix.Length..].Trim(), Context.RequestAborted);
        if (account is null) return AuthenticateResult.Fail(SignInProblems.TokenOver().Because());
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, account.Id.ToString("D")), new Claim(ClaimTypes.Name, account.Name), new Claim(ClaimTypes.Role, account.Role)],
            Scheme);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        Response.Headers.WWWAuthenticate = Scheme;
        await ProblemAnswer.WriteAsync(Context, (result.Failure as ProblemException)?.Problem ?? SignInProblems.Required());
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ProblemAnswer.WriteAsync(Context, SignInProblems.NotPermitted());
}
