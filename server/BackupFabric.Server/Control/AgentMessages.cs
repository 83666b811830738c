using BackupFabric.Protos.V1;
using BackupFabric.Server.Hosts;
using BackupFabric.Server.Jobs;
using BackupFabric.Server.Placements;
using Google.Protobuf.WellKnownTypes;

namespace BackupFabric.Server.Control;

/// <summary>What an agent tells, after its hello. A message speaks for the host of its stream, whatever ids it names.</summary>
internal sealed partial class AgentMessages(
    InventoryIntake inventory,
    OutcomeIntake outcomes,
    JobBoard board,
    JobCancellation cancellation,
    DispatchSignal dispatch,
    JobSettings settings,
    ILogger<AgentMessages> log)
{
    public void Wake() => dispatch.Wake();

    public async Task TakeAsync(AgentLink link, HostIdentity host, AgentUp message, CancellationToken ended)
    {
        switch (message.BodyCase)
        {
            case AgentUp.BodyOneofCase.Inventory:
                await TakeInventoryAsync(link, host, message.Inventory, ended);
                break;
            case AgentUp.BodyOneofCase.Progress:
                TakeProgress(host, message.Progress);
                break;
            case AgentUp.BodyOneofCase.Outcome:
                await TakeOutcomeAsync(link, host, message.Outcome, ended);
                break;
            case AgentUp.BodyOneofCase.Pulse:
                TakePulse(link, host, message.Pulse);
                break;
            case AgentUp.BodyOneofCase.Log:
                LogAgent(host.Name, message.Log.JobId, message.Log.Level, message.Log.Text);
                break;
            case AgentUp.BodyOneofCase.Hello:
                LogSecondHello(host.Name);
                break;
            default:
                // A message of a newer agent: what this server does not know it does not need.
                break;
        }
    }

    private async Task TakeInventoryAsync(AgentLink link, HostIdentity host, Inventory report, CancellationToken ended)
    {
        await inventory.TakeAsync(host.Id, report, ended);
        foreach (var leftover in report.Leftovers) LogLeftover(host.Name, leftover.VmId, leftover.InstanceId, leftover.Ours);
        if (!report.Complete) return;
        link.Inventoried = true;
        dispatch.Wake();
    }

    private void TakeProgress(HostIdentity host, JobProgress progress)
    {
        if (Guid.TryParse(progress.JobId, out var jobId)) board.Report(host.Id, jobId, progress);
    }

    private async Task TakeOutcomeAsync(AgentLink link, HostIdentity host, JobOutcome outcome, CancellationToken ended)
    {
        var overtaken = await outcomes.TakeAsync(host.Id, outcome, ended);
        link.TryPost(new AgentDown { Noted = new OutcomeNoted { JobId = outcome.JobId } });
        if (overtaken?.HostId is { } hostId) cancellation.Tell(hostId, overtaken.Id, "an earlier attempt has succeeded");
    }

    private void TakePulse(AgentLink link, HostIdentity host, Pulse pulse)
    {
        var grant = new LeaseGrant { Lease = settings.Lease.ToDuration() };
        foreach (var text in pulse.JobIds)
        {
            if (Guid.TryParse(text, out var jobId) && board.Renew(host.Id, jobId)) grant.JobIds.Add(text);
            else link.TryPost(new AgentDown { Cancel = new CancelOrder { JobId = text, Reason = "the server no longer wants this job" } });
        }

        link.TryPost(new AgentDown { Lease = grant });
    }

    [LoggerMessage(LogLevel.Information, "Agent '{Host}' [{JobId}] {Level}: {Text}")]
    private partial void LogAgent(string host, string jobId, string level, string text);

    [LoggerMessage(LogLevel.Warning, "Host '{Host}' holds a recovery checkpoint of VM {VmId}: {InstanceId} (ours: {Ours}).")]
    private partial void LogLeftover(string host, string vmId, string instanceId, bool ours);

    [LoggerMessage(LogLevel.Warning, "Host '{Host}' said hello twice in one stream; the second is ignored.")]
    private partial void LogSecondHello(string host);
}
