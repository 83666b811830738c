using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Sessions;

/// <summary>Workers that open and hash what was received before it is stored. As many as there are callers at once; each is reused.</summary>
internal sealed class BlockProofs(IdKey key, int plainBytesMax) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<Worker> _idle = new();

    /// <summary>Fails with <c>block-forged</c> or <c>codec-missing</c>.</summary>
    public void Prove(in BlockId id, BlockCodec codec, int plainLength, ReadOnlySpan<byte> payload)
    {
        if (id.IsZero) throw RepositoryErrors.BlockForged(id, "the zero id is a hole, never a block");
        if (plainLength <= 0 || plainLength > plainBytesMax || plainLength % Cluster.Size != 0)
            throw RepositoryErrors.BlockForged(id, $"{plainLength} bytes are not whole clusters of {Cluster.Size} bytes, at most {plainBytesMax} in all");
        if (payload.Length > plainLength) throw RepositoryErrors.BlockForged(id, $"its payload of {payload.Length} bytes is longer than its {plainLength} plain bytes");
        if (Enum.IsDefined(codec) && !BlockSealer.Supports(codec)) throw RepositoryErrors.CodecMissing(id, codec);
        var worker = Rent();
        try
        {
            var plain = worker.Plain.AsSpan(0, plainLength);
            if (!worker.Sealer.TryOpen(codec, payload, plain)) throw RepositoryErrors.BlockForged(id, "its payload cannot be opened");
            if (key.IdOf(plain) != id) throw RepositoryErrors.BlockForged(id, "its bytes hash to another id");
        }
        finally
        {
            Return(worker);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            while (_idle.TryPop(out var worker)) worker.Sealer.Dispose();
        }
    }

    private Worker Rent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var worker)) return worker;
        }

        return new(new BlockSealer(), new byte[plainBytesMax]);
    }

    private void Return(Worker worker)
    {
        lock (_gate) _idle.Push(worker);
    }

    private sealed record Worker(BlockSealer Sealer, byte[] Plain);
}
