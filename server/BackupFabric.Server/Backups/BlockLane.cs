using System.Threading.Channels;
using BackupFabric.Blocks;
using BackupFabric.Protos.Bulk;
using BackupFabric.Server.Api;

namespace BackupFabric.Server.Backups;

/// <summary>
/// Proves and stores the batches of one stream, several side by side, behind a bounded queue: when it is full the stream is not
/// read any further, and HTTP/2 holds the agent back. Answers may overtake each other inside; the count that is reported does not.
/// </summary>
internal sealed class BlockLane : IAsyncDisposable
{
    private readonly PushWork _work;
    private readonly SemaphoreSlim _room;
    private readonly int _greatestBytes;
    private readonly Func<ulong, Task> _stored;
    private readonly Channel<(long Number, BlockBatchBuffer Batch)> _queue;
    private readonly CancellationTokenSource _failed = new();
    private readonly Task[] _workers;
    private readonly SemaphoreSlim _counting = new(1, 1);
    private readonly SortedSet<long> _ahead = [];
    private long _came;
    private long _storedInOrder;

    public BlockLane(PushWork work, TransferSettings settings, SemaphoreSlim room, int greatestBytes, Func<ulong, Task> stored)
    {
        (_work, _room, _greatestBytes, _stored) = (work, room, greatestBytes, stored);
        _queue = Channel.CreateBounded<(long, BlockBatchBuffer)>(settings.BatchesInFlightMax);
        _workers = [.. Enumerable.Range(0, settings.ProofsAtOnceMax).Select(_ => Task.Run(WorkAsync))];
    }

    /// <summary>A batch could not be stored; <see cref="DrainAsync"/> tells why.</summary>
    public CancellationToken Failed => _failed.Token;

    /// <summary>Takes over the batch.</summary>
    public async ValueTask PutAsync(BlockBatchBuffer batch, CancellationToken cancellation)
    {
        try
        {
            await _room.WaitAsync(cancellation);
        }
        catch
        {
            batch.Dispose();
            throw;
        }

        _work.BatchCame();
        try
        {
            await _queue.Writer.WriteAsync((++_came, batch), cancellation);
        }
        catch
        {
            Release(batch);
            throw;
        }
    }

    /// <summary>Waits for everything that was put, and throws what went wrong.</summary>
    public async Task DrainAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_workers);
    }

    public async ValueTask DisposeAsync()
    {
        await _failed.CancelAsync();
        _queue.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_queue.Reader.TryRead(out var left)) Release(left.Batch);
        _failed.Dispose();
        _counting.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var (number, batch) in _queue.Reader.ReadAllAsync(_failed.Token))
            {
                try
                {
                    await StoreAsync(batch);
                }
                finally
                {
                    Release(batch);
                }

                await CountAsync(number);
            }
        }
        catch (OperationCanceledException) when (_failed.IsCancellationRequested)
        {
            // Another worker of the lane failed, or the stream is over.
        }
        catch
        {
            await _failed.CancelAsync();
            throw;
        }
    }

    private async ValueTask StoreAsync(BlockBatchBuffer batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var (id, codec, plainLength) = Header(batch, i);
            await _work.Session.PutAsync(id, codec, plainLength, batch.PayloadAt(i), _failed.Token);
        }
    }

    private (BlockId Id, BlockCodec Codec, int PlainLength) Header(BlockBatchBuffer batch, int index)
    {
        var block = batch[index];
        if (block.PlainLength <= 0 || block.PlainLength > _greatestBytes || block.PlainLength % Cluster.Size != 0)
            throw PushProblems.Invalid($"a block of {block.PlainLength} bytes").Because();
        var codec = (BlockCodec)block.Codec;
        if (!BlockSealer.Supports(codec)) throw PushProblems.CodecNotSupported().Because();
        return (BlockId.Read(block.Id), codec, block.PlainLength);
    }

    private async Task CountAsync(long number)
    {
        await _counting.WaitAsync(_failed.Token);
        try
        {
            _ahead.Add(number);
            var before = _storedInOrder;
            while (_ahead.Remove(_storedInOrder + 1)) _storedInOrder++;
            if (_storedInOrder > before) await _stored((ulong)_storedInOrder);
        }
        finally
        {
            _counting.Release();
        }
    }

    private void Release(BlockBatchBuffer batch)
    {
        batch.Dispose();
        _work.BatchStored();
        _room.Release();
    }
}
