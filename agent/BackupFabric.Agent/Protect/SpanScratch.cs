using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Spans;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Protect;

/// <summary>What one span needs on its way, reused from span to span so that no block costs an allocation.</summary>
internal sealed class SpanScratch
{
    private byte[] _offer = new byte[1024 * BlockId.Size];

    public SpanCuts Span { get; } = new();

    /// <summary>Cuts whose blocks are offered.</summary>
    public List<int> Offered { get; } = [];

    public ArrayBufferWriter<byte> Leaf { get; } = new();

    /// <summary>The offered ids as they travel.</summary>
    public ReadOnlyMemory<byte> Offer(int first, int count)
    {
        if (_offer.Length < count * BlockId.Size) _offer = new byte[count * BlockId.Size];
        for (var i = 0; i < count; i++) Span.IdOf(Offered[first + i]).Write(_offer.AsSpan(i * BlockId.Size));
        return _offer.AsMemory(0, count * BlockId.Size);
    }

    public static bool IsNeeded(Need need, int index) =>
        index / 8 < need.Bitmap.Length && (need.Bitmap[index / 8] >> (index % 8) & 1) != 0;
}
