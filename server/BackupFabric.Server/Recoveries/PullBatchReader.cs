using System.Buffers;
using System.Collections.Concurrent;
using BackupFabric.Blocks;
using BackupFabric.BlockStore;
using BackupFabric.Protos.Bulk;

namespace BackupFabric.Server.Recoveries;

/// <summary>Reads the blocks of a batch from the repository, sealed as they lie there; only what the agent cannot read is sealed anew.</summary>
internal sealed class PullBatchReader(Repository repository, IReadOnlySet<BlockCodec> readable, int batchBytesMax) : IDisposable
{
    private readonly ConcurrentBag<BlockSealer> _sealers = [];

    public async Task<BlockBatchBuffer> ReadAsync(List<PlacedBlock> blocks, CancellationToken cancellation)
    {
        var batch = new BlockBatchBuffer(batchBytesMax);
        var payload = ArrayPool<byte>.Shared.Rent(BlockSealer.BoundOf(repository.Rules.GreatestBytes));
        try
        {
            foreach (var block in blocks)
            {
                var record = await repository.ReadSealedAsync(block.Id, payload, cancellation);
                if (record.PlainLength != block.PlainLength) throw LengthDiffers(block, record);
                if (readable.Contains(record.Codec)) Add(batch, block, record.Codec, payload.AsSpan(0, record.PayloadLength));
                else SealAnew(batch, block, record, payload);
            }

            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(payload);
        }
    }

    public void Dispose()
    {
        while (_sealers.TryTake(out var sealer)) sealer.Dispose();
    }

    private void SealAnew(BlockBatchBuffer batch, PlacedBlock block, SealedRecord record, byte[] payload)
    {
        if (!_sealers.TryTake(out var sealer)) sealer = new BlockSealer();
        var plain = ArrayPool<byte>.Shared.Rent(record.PlainLength);
        var fresh = ArrayPool<byte>.Shared.Rent(BlockSealer.BoundOf(record.PlainLength));
        try
        {
            var opened = plain.AsSpan(0, record.PlainLength);
            if (!sealer.TryOpen(record.Codec, payload.AsSpan(0, record.PayloadLength), opened)) throw LengthDiffers(block, record);
            var wanted = readable.Contains(BlockCodec.Lz4) ? BlockCodec.Lz4 : BlockCodec.None;
            var length = sealer.Seal(opened, wanted, fresh, out var used);
            Add(batch, block, used, fresh.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(fresh);
            _sealers.Add(sealer);
        }
    }

    private static void Add(BlockBatchBuffer batch, PlacedBlock block, BlockCodec codec, ReadOnlySpan<byte> payload)
    {
        Span<byte> id = stackalloc byte[BlockId.Size];
        block.Id.Write(id);
        if (!batch.TryAdd(id, (byte)codec, block.PlainLength, payload, block.Offset))
            throw new InvalidOperationException("A batch was planned larger than a message may be.");
    }

    private static RepositoryException LengthDiffers(PlacedBlock block, SealedRecord record) => new(
        "block-damaged",
        $"Block {block.Id} is stored with {record.PlainLength} bytes; the map of the disk says {block.PlainLength}.",
        "Recover another point of the VM; the next backup of the same data heals the block.");
}
