using System.Security.Claims;
using BackupFabric.Server.Api;
using Grpc.Core;

namespace BackupFabric.Server.Hosts;

/// <summary>Which host is calling: read from its certificate, never from a message.</summary>
internal sealed record HostIdentity(Guid Id, string Name, string CertificateSerial, DateTimeOffset CertificateNotAfter)
{
    private const string Type = "bf:host";

    public ClaimsPrincipal ToPrincipal() => new(new HostClaims(this));

    public static HostIdentity Of(ServerCallContext context) =>
        context.GetHttpContext().User.Identities.OfType<HostClaims>().SingleOrDefault()?.Host
            ?? throw HostProblems.CertificateRequired().Because();

    private sealed class HostClaims(HostIdentity host) : ClaimsIdentity([new Claim(Type, host.Id.ToString("D"))], HostAuthentication.Scheme)
    {
        public HostIdentity Host { get; } = host;
    }
}
