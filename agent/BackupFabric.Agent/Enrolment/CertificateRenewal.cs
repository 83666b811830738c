using BackupFabric.Agent.Connection;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Enrolment;

/// <summary>
/// Asks for the next certificate in good time. The new one is used from the next connection on and replaces the old one only
/// when the server has welcomed it.
/// </summary>
internal sealed class CertificateRenewal(
    IdentityStore store, ServerLink link, Action reconnect, RenewalSettings settings, Random chance, TimeProvider time, ILogger<CertificateRenewal> log)
{
    private volatile bool _trying;

    public async Task RunAsync(AgentIdentity current, CancellationToken cancellation)
    {
        var due = DueFor(current);
        while (true)
        {
            for (var wait = due - time.GetUtcNow(); wait > TimeSpan.Zero; wait = due - time.GetUtcNow())
            {
                await Task.Delay(wait < settings.LongestSleep ? wait : settings.LongestSleep, time, cancellation);
            }

            if (await RenewAsync(current, cancellation) is { } renewed) (current, due) = (renewed, DueFor(renewed));
            else due = time.GetUtcNow() + settings.RetryAfter * (1 + chance.NextDouble());
        }
    }

    /// <summary>The server has answered: if it did so to a renewed certificate, that is the one from now on.</summary>
    public void Welcomed()
    {
        if (!_trying) return;
        store.Promote();
        _trying = false;
        log.RenewalProved();
    }

    /// <summary>The server refused. True when that was the renewed certificate's fault and the old one is in use again.</summary>
    public bool FallBack()
    {
        if (!_trying || store.Current is not { } current) return false;
        _trying = false;
        store.DropNext();
        link.Use(current);
        log.RenewalRefused();
        return true;
    }

    /// <summary>A renewal that a crash interrupted after the certificate was made is taken up where it was.</summary>
    public AgentIdentity? TakeUp()
    {
        var next = store.Next;
        _trying = next is not null;
        return next;
    }

    // Hosts that were enrolled together should not all come back together.
    private DateTimeOffset DueFor(AgentIdentity identity)
    {
        var left = identity.RenewAfter - time.GetUtcNow();
        return identity.RenewAfter - (left > TimeSpan.Zero ? left : TimeSpan.Zero) * (settings.Jitter * chance.NextDouble());
    }

    private async Task<AgentIdentity?> RenewAsync(AgentIdentity current, CancellationToken cancellation)
    {
        try
        {
            using var draft = new CertificateDraft(current.HostName);
            var request = new RenewRequest { CertificateRequest = ByteString.CopyFrom(draft.Request) };
            var reply = await link.Enrolment.RenewAsync(request, cancellationToken: cancellation);
            var renewed = draft.Complete(reply, current.Server, current.HostName, current.Authority, time.GetUtcNow());
            store.SaveNext(renewed);
            _trying = true;
            link.Use(renewed);
            reconnect();
            log.Renewed(renewed.NotAfter);
            return renewed;
        }
        catch (Exception failure) when (failure is RpcException or ProblemException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            log.RenewalFailed(ServerCalls.ProblemOf(failure, current.Server, link.Trust).Sentence, current.NotAfter);
            return null;
        }
    }
}
