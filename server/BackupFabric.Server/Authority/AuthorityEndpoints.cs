using BackupFabric.Protos.Rest;

namespace BackupFabric.Server.Authority;

internal static class AuthorityEndpoints
{
    public static void MapAuthority(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Routes.Authority, (ServerCertificate certificate) => Results.Text(certificate.Proof.ExportCertificatePem() + "\n", "application/x-pem-file"))
            .AllowAnonymous()
            .WithTags("Enrolment")
            .WithName("GetAuthority")
            .WithSummary("The certificate that proves this server")
            .WithDescription("PEM. An agent compares its SHA-256 with the fingerprint in the enrolment token before it trusts anything else.")
            .Produces<string>(StatusCodes.Status200OK, "application/x-pem-file");
}
