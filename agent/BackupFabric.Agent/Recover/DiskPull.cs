using System.Threading.Channels;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Agent.Protect;
using BackupFabric.Blocks;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Agent.Recover;

/// <summary>
/// Fills one disk: receives, opens and proves blocks side by side, writes them in order. A broken stream is taken up again at the span it broke in;
/// what of that span is written already is skipped.
/// </summary>
internal sealed class DiskPull(WorkOrder order, IRecoveryDisk disk, TransferLimits limits, CpuBench bench, JobMeter meter)
{
    /// <summary>Plain bytes opened by one thread at a stretch.</summary>
    private const int RunBytes = 4 << 20;

    private const int BlockBytesMax = 16 << 20;

    private long _written;
    private long _spanBytes = 1;

    public async Task RunAsync(BlockTransferClient client, CancellationToken cancellation)
    {
        var request = new PullRequest
        {
            Ticket = order.Ticket,
            JobId = order.JobId,
            Attempt = order.Attempt,
            DiskKey = disk.DiskKey,
            FromOffset = (ulong)(_written / _spanBytes * _spanBytes),
        };
        request.Codecs.AddRange(BlockCodecs.Readable);
        using var call = client.Pull(request, cancellation);
        var key = await BeginAsync(call.ResponseStream, cancellation);
        var runs = Channel.CreateBounded<Task<DecodedRun>>(limits.Workers * 4);
        try
        {
            await TaskGroup.AllAsync(
                [token => ReceiveAsync(call.ResponseStream, key, runs.Writer, token), token => WriteAsync(runs.Reader, token)], cancellation);
        }
        finally
        {
            await DropAsync(runs);
        }
    }

    private async Task<IdKey> BeginAsync(IAsyncStreamReader<PullMessage> stream, CancellationToken cancellation)
    {
        if (!await stream.MoveNext(cancellation)) throw Broken();
        using var message = stream.Current;
        if (message.Control?.Began is not { SpanBytes: > 0 } began) throw Broken();
        if (began.Length != (ulong)disk.Length)
            throw AgentProblems.OrderUnreadable($"disk {disk.DiskKey} has {began.Length} bytes in the point, but {disk.Length} in the order").Thrown();
        _spanBytes = (long)began.SpanBytes;
        return new IdKey(began.IdKey.Span);
    }

    private async Task ReceiveAsync(
        IAsyncStreamReader<PullMessage> stream, IdKey key, ChannelWriter<Task<DecodedRun>> runs, CancellationToken cancellation)
    {
        var budget = new ByteBudget(limits.RecoveryBytesInFlight);
        var ended = false;
        while (await stream.MoveNext(cancellation))
        {
            var message = stream.Current;
            ended = message.Control?.End is not null;
            if (message.Blocks is not { Count: > 0 } blocks)
            {
                message.Dispose();
                continue;
            }

            var parts = Split(blocks);
            var batch = new SharedBatch(message, parts.Count);
            foreach (var (first, count, plainBytes) in parts)
            {
                var share = await budget.TakeAsync(plainBytes, cancellation);
                var run = new DecodedRun(plainBytes, share);
                var decoding = Task.Run(() => DecodeAsync(batch, first, count, run, key, cancellation), CancellationToken.None);
                await runs.WriteAsync(decoding, cancellation);
            }
        }

        if (!ended) throw Broken();
        runs.Complete();
    }

    /// <summary>Cuts a batch into runs of bounded plain size, so that a small message of well compressed blocks needs no large memory.</summary>
    private List<(int First, int Count, int PlainBytes)> Split(BlockBatchBuffer blocks)
    {
        var parts = new List<(int First, int Count, int PlainBytes)>();
        var (first, plainBytes) = (0, 0);
        for (var i = 0; i < blocks.Count; i++)
        {
            var length = blocks[i].PlainLength;
            if (length is <= 0 or > BlockBytesMax) throw AgentProblems.BlockDamaged(disk.DiskKey, blocks[i].Offset).Thrown();
            if (plainBytes > 0 && plainBytes + length > RunBytes)
            {
                parts.Add((first, i - first, plainBytes));
                (first, plainBytes) = (i, 0);
            }

            plainBytes += length;
        }

        parts.Add((first, blocks.Count - first, plainBytes));
        return parts;
    }

    private async Task<DecodedRun> DecodeAsync(SharedBatch batch, int first, int count, DecodedRun run, IdKey key, CancellationToken cancellation)
    {
        try
        {
            using var place = await bench.TakeAsync(cancellation);
            for (var i = first; i < first + count; i++) Open(batch.Blocks[i], run, key, place.Sealer);
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
        finally
        {
            batch.Release();
        }
    }

    private void Open(SealedBlockView block, DecodedRun run, IdKey key, BlockSealer sealer)
    {
        var plain = run.Add(block.Offset, block.PlainLength);
        if (!sealer.TryOpen((BlockCodec)block.Codec, block.Payload, plain) || key.IdOf(plain) != BlockId.Read(block.Id))
            throw AgentProblems.BlockDamaged(disk.DiskKey, block.Offset).Thrown();
    }

    private async Task WriteAsync(ChannelReader<Task<DecodedRun>> runs, CancellationToken cancellation)
    {
        await foreach (var decoding in runs.ReadAllAsync(cancellation))
        {
            using var run = await decoding;
            foreach (var (offset, at, length) in run.Blocks) await WriteBlockAsync(offset, run.PlainAt(at, length), cancellation);
        }
    }

    private async ValueTask WriteBlockAsync(long offset, ReadOnlyMemory<byte> plain, CancellationToken cancellation)
    {
        // The last block of a disk is padded to a whole cluster.
        var length = (int)Math.Min(plain.Length, disk.Length - offset);
        if (offset + length <= _written) return;
        if (offset < _written || length <= 0)
            throw AgentProblems.OrderUnreadable($"a block of disk {disk.DiskKey} at offset {offset} came out of turn").Thrown();
        await disk.WriteAsync(offset, plain[..length], cancellation);
        _written = offset + length;
        meter.Written(length);
        meter.Done(length);
    }

    // Runs that nobody will write give their memory back.
    private static async Task DropAsync(Channel<Task<DecodedRun>> runs)
    {
        runs.Writer.TryComplete();
        while (runs.Reader.TryRead(out var decoding))
        {
            await ((Task)decoding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (decoding.IsCompletedSuccessfully) decoding.Result.Dispose();
        }
    }

    private static RpcException Broken() => new(new Status(StatusCode.Unavailable, "The server ended the transfer early."));
}
