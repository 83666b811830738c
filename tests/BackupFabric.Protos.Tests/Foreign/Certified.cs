using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Foreign;

internal static class Certified
{
    /// <summary>A certificate that got through the handshake was proved there.</summary>
    public static void Demand(ServerCallContext context)
    {
        if (context.GetHttpContext().Connection.ClientCertificate is null)
            throw new ProblemException("certificate-denied", "No certificate was shown.", "Enrol first.", RetryClass.AfterOperatorActs);
    }
}
