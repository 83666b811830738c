using BackupFabric.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Foreign;

internal sealed class ScriptedControl(BackupScript script) : AgentControl.AgentControlBase
{
    public override async Task Connect(
        IAsyncStreamReader<AgentUp> requestStream, IServerStreamWriter<AgentDown> responseStream, ServerCallContext context)
    {
        Certified.Demand(context);
        await foreach (var up in requestStream.ReadAllAsync(context.CancellationToken))
        {
            switch (up.BodyCase)
            {
                case AgentUp.BodyOneofCase.Hello:
                    script.Hello = up.Hello;
                    await responseStream.WriteAsync(new AgentDown
                    {
                        Welcome = new Welcome { HostId = "host", PulseEvery = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) },
                    });
                    break;
                case AgentUp.BodyOneofCase.Inventory when script.Inventory is null:
                    script.Inventory = up.Inventory;
                    await responseStream.WriteAsync(new AgentDown { InventoryWanted = new InventoryWanted() });
                    break;
                case AgentUp.BodyOneofCase.Inventory:
                    await responseStream.WriteAsync(NextOrder());
                    break;
                case AgentUp.BodyOneofCase.Outcome:
                    script.Outcomes.Add(up.Outcome);
                    await responseStream.WriteAsync(new AgentDown { Noted = new OutcomeNoted { JobId = up.Outcome.JobId } });
                    if (script.Outcomes.Count < script.Orders) await responseStream.WriteAsync(NextOrder());
                    break;
            }
        }
    }

    private AgentDown NextOrder() => new()
    {
        Order = new WorkOrder
        {
            JobId = $"job-{script.Outcomes.Count + 1}",
            Attempt = 1,
            Epoch = 1,
            Ticket = ByteString.CopyFrom(script.Ticket),
            Protect = new ProtectOrder { VmId = script.Inventory!.Vms.Single().VmId, PointId = $"point-{script.Outcomes.Count + 1}" },
        },
    };
}
