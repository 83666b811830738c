using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupFabric.Agent.Connection;
using BackupFabric.Protos.Enrolment;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;
using V1Enrolment = BackupFabric.Protos.V1.Enrolment;

namespace BackupFabric.Agent.Enrolment;

/// <summary>Makes this host a host of a server: the token tells which authority to trust, and nobody else is talked to.</summary>
public sealed class Enroller(TimeProvider time)
{
    private const int AuthorityBytesMax = 64 << 10;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(20);

    /// <summary>Throws ProblemException: token-malformed, server-unreachable, not-a-server, authority-mismatch, and what the server says of the token.</summary>
    public async Task<AgentIdentity> EnrolAsync(string server, string token, string hostName, IdentityStore store, CancellationToken cancellation)
    {
        if (!EnrolmentToken.TryParse(token, out var parsed)) throw AgentProblems.TokenMalformed().Thrown();
        var address = ParseAddress(server);
        var authority = await FetchAuthorityAsync(address, cancellation);
        if (!parsed.Proves(authority.RawData)) throw AgentProblems.AuthorityMismatch(address, "its authority has another fingerprint than the token.").Thrown();

        using var draft = new CertificateDraft(hostName);
        var request = new EnrolRequest
        {
            TokenSecret = parsed.Secret,
            HostName = hostName,
            CertificateRequest = ByteString.CopyFrom(draft.Request),
            AgentVersion = AgentVersion.Text,
        };
        var identity = draft.Complete(await AskAsync(address, authority, request, cancellation), address, hostName, authority, time.GetUtcNow());
        store.Save(identity);
        return identity;
    }

    internal static Uri ParseAddress(string server) =>
        Uri.TryCreate(server, UriKind.Absolute, out var address) && address is { Scheme: "https", AbsolutePath: "/" }
            ? address
            : throw AgentProblems.AddressMalformed(server).Thrown();

    private static async Task<EnrolReply> AskAsync(Uri server, X509Certificate2 authority, EnrolRequest request, CancellationToken cancellation)
    {
        var trust = new AuthorityTrust(authority, server);
        using var channel = ServerLink.Channel(server, trust, certificate: null);
        try
        {
            return await new V1Enrolment.EnrolmentClient(channel).EnrolAsync(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + AnswerPatience, cancellationToken: cancellation);
        }
        catch (RpcException failure)
        {
            throw ServerCalls.ProblemOf(failure, server, trust).Thrown(failure);
        }
    }

    // Whoever answers here is not trusted: the fingerprint in the token decides about what it says.
    private static async Task<X509Certificate2> FetchAuthorityAsync(Uri server, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null;
        using var http = new HttpClient(handler) { BaseAddress = server, Timeout = AnswerPatience, MaxResponseContentBufferSize = AuthorityBytesMax };
        try
        {
            using var answer = await http.GetAsync(new Uri(Routes.Authority, UriKind.Relative), cancellation);
            if (!answer.IsSuccessStatusCode) throw AgentProblems.NotAServer(server, $"it answers {(int)answer.StatusCode}").Thrown();
            return X509Certificate2.CreateFromPem(await answer.Content.ReadAsStringAsync(cancellation));
        }
        catch (CryptographicException garbage)
        {
            throw AgentProblems.NotAServer(server, "it answers without a certificate").Thrown(garbage);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw ServerCalls.ProblemOf(failure, server, trust: null).Thrown(failure);
        }
    }
}
