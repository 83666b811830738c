using System.Buffers;
using BackupFabric.Agent.Protect;

namespace BackupFabric.Agent.Recover;

/// <summary>Some neighbouring blocks of a batch, opened and proved, in one pooled buffer.</summary>
internal sealed class DecodedRun(int plainBytes, ByteBudget.Share share) : IDisposable
{
    private readonly byte[] _plain = ArrayPool<byte>.Shared.Rent(plainBytes);
    private readonly List<(long Offset, int At, int Length)> _blocks = [];
    private int _used;

    public IReadOnlyList<(long Offset, int At, int Length)> Blocks => _blocks;

    public ReadOnlyMemory<byte> PlainAt(int at, int length) => _plain.AsMemory(at, length);

    /// <summary>Room for the next block.</summary>
    public Span<byte> Add(long offset, int length)
    {
        _blocks.Add((offset, _used, length));
        _used += length;
        return _plain.AsSpan(_used - length, length);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_plain);
        share.Dispose();
    }
}
