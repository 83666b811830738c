using System.Collections.Concurrent;
using System.Threading.Channels;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Agent.Tests.TestKit;

/// <summary>What the control stream's server side hears and says.</summary>
internal sealed class FakeControl
{
    private readonly Channel<FakeConversation> _conversations = Channel.CreateUnbounded<FakeConversation>();

    public Welcome Welcome { get; set; } = new() { HostId = "host", PulseEvery = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)) };

    /// <summary>Instead of a welcome.</summary>
    public RpcException? Refusal { get; set; }

    public int Connections;

    public ConcurrentBag<string?> CertificatesSeen { get; } = [];

    public void Joined(FakeConversation conversation) => _conversations.Writer.TryWrite(conversation);

    public async Task<FakeConversation> NextAsync() =>
        await _conversations.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}

/// <summary>One connection.</summary>
internal sealed class FakeConversation(Hello hello)
{
    private readonly Channel<AgentUp> _heard = Channel.CreateUnbounded<AgentUp>();

    public Hello Hello { get; } = hello;

    public Channel<AgentDown> Say { get; } = Channel.CreateUnbounded<AgentDown>();

    public void Tell(AgentDown message) => Say.Writer.TryWrite(message);

    public void Hear(AgentUp message) => _heard.Writer.TryWrite(message);

    /// <summary>The next message of a kind; others are passed over.</summary>
    public async Task<T> NextAsync<T>(Func<AgentUp, T?> kind)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (var message in _heard.Reader.ReadAllAsync(patience.Token))
        {
            if (kind(message) is { } found) return found;
        }

        throw new InvalidOperationException("The conversation ended.");
    }

    /// <summary>Ends the connection from the server's side.</summary>
    public void HangUp() => Say.Writer.TryComplete();
}

internal sealed class FakeControlService(FakeControl control) : AgentControl.AgentControlBase
{
    public override async Task Connect(IAsyncStreamReader<AgentUp> requestStream, IServerStreamWriter<AgentDown> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref control.Connections);
        control.CertificatesSeen.Add(context.GetHttpContext().Connection.ClientCertificate?.Thumbprint);
        if (control.Refusal is { } refusal) throw refusal;
        Assert.True(await requestStream.MoveNext(context.CancellationToken));
        var conversation = new FakeConversation(requestStream.Current.Hello);
        await responseStream.WriteAsync(new AgentDown { Welcome = control.Welcome });
        control.Joined(conversation);
        var listening = ListenAsync(requestStream, conversation, context.CancellationToken);
        await foreach (var message in conversation.Say.Reader.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(message);
        _ = listening;
    }

    private static async Task ListenAsync(IAsyncStreamReader<AgentUp> stream, FakeConversation conversation, CancellationToken cancellation)
    {
        try
        {
            while (await stream.MoveNext(cancellation)) conversation.Hear(stream.Current);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The agent went away.
        }
    }
}
