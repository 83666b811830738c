using System.Threading.Channels;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Server.Control;

/// <summary>The way down to one connected agent: a bounded queue in front of its stream.</summary>
internal sealed class AgentLink(Guid hostId, TimeProvider time) : IDisposable
{
    /// <summary>Messages that wait for an agent that does not read. Beyond it the link is given up; the agent reconnects.</summary>
    private const int QueuedMax = 1024;

    private readonly Channel<AgentDown> _down = Channel.CreateBounded<AgentDown>(new BoundedChannelOptions(QueuedMax) { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _inventoried;

    public Guid HostId { get; } = hostId;

    public DateTimeOffset ConnectedAt { get; } = time.GetUtcNow();

    /// <summary>Set once: why the server ended it.</summary>
    public Problem? ClosedBecause { get; private set; }

    public CancellationToken Closing => _closing.Token;

    /// <summary>The first complete inventory has come: the server knows what the host has.</summary>
    public bool Inventoried
    {
        get => _inventoried;
        set => _inventoried = value;
    }

    /// <summary>False when the link is closed or the agent does not read; the message is lost then, and the agent is told anew when it is back.</summary>
    public bool TryPost(AgentDown message)
    {
        if (_closing.IsCancellationRequested) return false;
        if (_down.Writer.TryWrite(message)) return true;
        Close(ControlProblems.NotReading());
        return false;
    }

    public void Close(Problem because)
    {
        lock (_down)
        {
            if (_closing.IsCancellationRequested) return;
            ClosedBecause = because;
            _down.Writer.TryComplete();
            _closing.Cancel();
        }
    }

    public async Task PumpAsync(IServerStreamWriter<AgentDown> writer, CancellationToken cancellation)
    {
        await foreach (var message in _down.Reader.ReadAllAsync(cancellation)) await writer.WriteAsync(message, cancellation);
    }

    public void Dispose() => _closing.Dispose();
}
