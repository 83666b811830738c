using System.Collections.Concurrent;
using BackupFabric.Protos.Problems;
using BackupFabric.Server.Api;
using BackupFabric.Server.Control;
using Grpc.Core;

namespace BackupFabric.Server.Hosts;

/// <summary>
/// The open calls of each host, so that revoking it ends them at once. A call enters first and is checked then: a revocation is
/// seen either by the check or by the call's token, never by neither.
/// </summary>
internal sealed class HostCalls(HostRegister register, IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<HostCall, Guid> _open = new();

    public async Task<HostCall> EnterAsync(ServerCallContext context)
    {
        var call = new HostCall(this, HostIdentity.Of(context), context.CancellationToken, lifetime.ApplicationStopping);
        _open[call] = call.Host.Id;
        if (await register.MayActAsync(call.Host, context.CancellationToken)) return call;
        call.Dispose();
        throw HostProblems.HostRevoked(call.Host.Name).Because();
    }

    public void Revoke(Guid hostId)
    {
        foreach (var (call, _) in _open.Where(open => open.Value == hostId)) call.Revoke();
    }

    internal void Leave(HostCall call) => _open.TryRemove(call, out _);
}

/// <summary>One open call of a host.</summary>
internal sealed class HostCall : IDisposable
{
    private readonly HostCalls _calls;
    private readonly CancellationTokenSource _revoked = new();
    private readonly CancellationTokenSource _ended;
    private readonly CancellationToken _stopping;

    public HostCall(HostCalls calls, HostIdentity host, CancellationToken caller, CancellationToken stopping)
    {
        (_calls, Host, _stopping) = (calls, host, stopping);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(caller, stopping, _revoked.Token);
    }

    public HostIdentity Host { get; }

    /// <summary>The caller went away, the host was revoked, or the server stops.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why the server ended it, when it was the server.</summary>
    public ProblemException? EndedBecause() =>
        _revoked.IsCancellationRequested ? HostProblems.HostRevoked(Host.Name).Because()
        : _stopping.IsCancellationRequested ? ControlProblems.Stopping().Because()
        : null;

    public void Revoke()
    {
        try
        {
            _revoked.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended by itself in this moment.
        }
    }

    public void Dispose()
    {
        _calls.Leave(this);
        _ended.Dispose();
        _revoked.Dispose();
    }
}
