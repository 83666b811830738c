using System.Threading.Channels;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Control;

/// <summary>
/// Keeps the server's picture of this host true for one connection: everything at first, then what changed, on hints and now and then.
/// </summary>
internal sealed class InventoryFeed(
    IHypervisor hypervisor, ControlSettings settings, TimeProvider time, Func<AgentUp, CancellationToken, Task> send, ILogger log)
{
    private readonly Channel<bool> _hints = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HostInventory? _told;
    private volatile bool _tellAll;

    /// <summary>The server wants to hear everything again.</summary>
    public void TellAll()
    {
        _tellAll = true;
        _hints.Writer.TryWrite(true);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await TellAsync(cancellation);
            await WaitForHintAsync(cancellation);
        }
    }

    /// <summary>Collects hints. A hypervisor that stops giving them leaves the slow sweep.</summary>
    public async Task ListenAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await foreach (var _ in hypervisor.ChangesAsync(cancellation)) _hints.Writer.TryWrite(true);
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                log.HintsLost(failure.ToProblem().Sentence);
            }

            await Task.Delay(settings.InventoryEvery, time, cancellation);
        }
    }

    private async Task TellAsync(CancellationToken cancellation)
    {
        HostInventory now;
        try
        {
            now = await hypervisor.InventoryAsync(cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // The server keeps the picture it has; orders say themselves what they miss.
            log.InventoryFailed(failure.ToProblem().Sentence);
            return;
        }

        var all = _told is null || _tellAll;
        _tellAll = false;
        if ((all ? InventoryDelta.Complete(now) : InventoryDelta.Between(_told!, now)) is { } inventory)
            await send(new AgentUp { Inventory = inventory }, cancellation);
        _told = now;
    }

    private async Task WaitForHintAsync(CancellationToken cancellation)
    {
        using var alarm = time.CreateTimer(_ => _hints.Writer.TryWrite(true), state: null, settings.InventoryEvery, Timeout.InfiniteTimeSpan);
        await _hints.Reader.WaitToReadAsync(cancellation);
        await Task.Delay(settings.HintsGatheredFor, time, cancellation);
        _hints.Reader.TryRead(out _);
    }
}
