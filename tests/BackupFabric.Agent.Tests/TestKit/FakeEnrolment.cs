using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace BackupFabric.Agent.Tests.TestKit;

internal sealed class FakeEnrolment(FakeAuthority authority) : Protos.V1.Enrolment.EnrolmentBase
{
    public override Task<EnrolReply> Enrol(EnrolRequest request, ServerCallContext context)
    {
        if (request.TokenSecret != FakeAuthority.Secret || !authority.UsedSecrets.Add(request.TokenSecret))
            throw new ProblemException("token-unknown", "The token is unknown or was used already.", "Make a new one with 'bf host token'.");
        return Task.FromResult(Reply(request.CertificateRequest));
    }

    public override Task<EnrolReply> Renew(RenewRequest request, ServerCallContext context)
    {
        if (context.GetHttpContext().Connection.ClientCertificate is null)
            throw new RpcException(new Status(StatusCode.Unauthenticated, "No certificate."));
        authority.Renewals++;
        return Task.FromResult(Reply(request.CertificateRequest));
    }

    private EnrolReply Reply(ByteString request)
    {
        var certificate = authority.Sign(request.ToByteArray());
        return new EnrolReply
        {
            HostId = Guid.NewGuid().ToString(),
            Certificate = ByteString.CopyFrom(certificate.RawData),
            Authority = ByteString.CopyFrom(authority.Certificate.RawData),
            NotAfter = Timestamp.FromDateTime(certificate.NotAfter.ToUniversalTime()),
            RenewAfter = Duration.FromTimeSpan(authority.RenewAfter),
        };
    }
}
