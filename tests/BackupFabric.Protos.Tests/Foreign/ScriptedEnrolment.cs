using System.Buffers.Text;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Foreign;

internal sealed class ScriptedEnrolment(TestAuthority authority) : V1.Enrolment.EnrolmentBase
{
    public override Task<EnrolReply> Enrol(EnrolRequest request, ServerCallContext context)
    {
        if (request.TokenSecret != Base64Url.EncodeToString(BackupScript.Secret))
            throw new ProblemException("token-denied", "The token is not known.", "Make a new one.", RetryClass.AfterOperatorActs);
        using var certificate = authority.Certify(request.CertificateRequest.ToByteArray());
        return Task.FromResult(new EnrolReply
        {
            HostId = "5f4c1e44-9f1b-4c63-a8a5-2a0f3b6d9e01",
            Certificate = ByteString.CopyFrom(certificate.RawData),
            Authority = ByteString.CopyFrom(authority.Certificate.RawData),
            NotAfter = Timestamp.FromDateTime(certificate.NotAfter.ToUniversalTime()),
            RenewAfter = Duration.FromTimeSpan(TimeSpan.FromMinutes(30)),
        });
    }
}
