using BackupFabric.Protos.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace BackupFabric.Server.Hosts;

internal sealed class EnrolmentService(HostEnrolment enrolment) : Enrolment.EnrolmentBase
{
    [AllowAnonymous]
    public override Task<EnrolReply> Enrol(EnrolRequest request, ServerCallContext context) =>
        enrolment.EnrolAsync(request, context.CancellationToken);

    public override Task<EnrolReply> Renew(RenewRequest request, ServerCallContext context) =>
        enrolment.RenewAsync(HostIdentity.Of(context), request, context.CancellationToken);
}
