using System.Threading.Channels;
using BackupFabric.Protos.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace BackupFabric.Server.Tests.Kit;

/// <summary>An open control stream of a test agent.</summary>
internal sealed class TestLink : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<AgentUp, AgentDown> _call;
    private readonly Channel<AgentDown> _inbox = Channel.CreateUnbounded<AgentDown>();
    private readonly SemaphoreSlim _writing = new(1, 1);

    private TestLink(AsyncDuplexStreamingCall<AgentUp, AgentDown> call)
    {
        _call = call;
        Ended = ReadAsync();
    }

    public Welcome Welcome { get; private set; } = null!;

    /// <summary>Faults with what ended the stream.</summary>
    public Task Ended { get; }

    public static async Task<TestLink> OpenAsync(TestAgent agent, ActiveOrder[] active)
    {
        var link = new TestLink(agent.Control.Connect());
        var hello = new Hello
        {
            AgentVersion = "test",
            Protocol = 1,
            HostName = agent.Name,
            OperatingSystem = "test",
            Hypervisor = "test",
            Clock = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
        };
        hello.Active.AddRange(active);
        await link.SendAsync(new AgentUp { Hello = hello });
        link.Welcome = (await link.ExpectAsync(message => message.Welcome is not null)).Welcome;
        return link;
    }

    public async Task SendAsync(AgentUp message)
    {
        await _writing.WaitAsync();
        try
        {
            await _call.RequestStream.WriteAsync(message);
        }
        catch (Exception refused) when (refused is InvalidOperationException or RpcException)
        {
            // Why the call ended, only the reading side is told.
            await Ended;
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    public Task InventoryAsync(params TestVm[] vms)
    {
        var inventory = new Inventory { Complete = true };
        inventory.Vms.AddRange(vms.Select(vm => vm.ToMessage()));
        return SendAsync(new AgentUp { Inventory = inventory });
    }

    public Task OutcomeAsync(WorkOrder order, Ending ending, Problem? problem = null, Guid? recovered = null) => SendAsync(new AgentUp
    {
        Outcome = new JobOutcome
        {
            JobId = order.JobId,
            Attempt = order.Attempt,
            Ending = ending,
            Problem = problem,
            RecoveredVmId = recovered?.ToString("D") ?? "",
            Figures = new JobFigures { ReadBytes = 7 },
        },
    });

    /// <summary>The next message that fits; others are passed over.</summary>
    public async Task<AgentDown> ExpectAsync(Func<AgentDown, bool> fits)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            AgentDown message;
            try
            {
                message = await _inbox.Reader.ReadAsync(limit.Token);
            }
            catch (ChannelClosedException)
            {
                await Ended;
                throw;
            }

            if (fits(message)) return message;
        }
    }

    public async Task<WorkOrder> OrderAsync() => (await ExpectAsync(message => message.Order is not null)).Order;

    public async Task NotedAsync(string jobId) => await ExpectAsync(message => message.Noted?.JobId == jobId);

    /// <summary>Ends as a killed agent does.</summary>
    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var message in _call.ResponseStream.ReadAllAsync()) _inbox.Writer.TryWrite(message);
        }
        finally
        {
            _inbox.Writer.TryComplete();
        }
    }
}
