using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Protos.V1;

namespace BackupFabric.Agent.Protect;

/// <summary>The lists that one span needs on its way, reused from span to span so that no block costs an allocation.</summary>
internal sealed class SpanScratch
{
    private byte[] _offer = new byte[1024 * BlockId.Size];

    /// <summary>Pieces of the span's buffer, holes included.</summary>
    public List<BlockCut> Cuts { get; } = [];

    public List<SpanEntry> Fresh { get; } = [];

    public List<SpanEntry> Merged { get; } = [];

    /// <summary>Places in <see cref="Cuts"/> whose blocks are offered.</summary>
    public List<int> Offered { get; } = [];

    public ArrayBufferWriter<byte> Leaf { get; } = new();

    public BlockId[] Ids { get; private set; } = new BlockId[1024];

    /// <summary>Room for one id per cut.</summary>
    public Span<BlockId> IdsFor(int cuts)
    {
        if (Ids.Length < cuts) Ids = new BlockId[cuts * 2];
        return Ids.AsSpan(0, cuts);
    }

    /// <summary>The offered ids as they travel.</summary>
    public ReadOnlyMemory<byte> Offer(int first, int count)
    {
        if (_offer.Length < count * BlockId.Size) _offer = new byte[count * BlockId.Size];
        for (var i = 0; i < count; i++) Ids[Offered[first + i]].Write(_offer.AsSpan(i * BlockId.Size));
        return _offer.AsMemory(0, count * BlockId.Size);
    }

    public static bool IsNeeded(Need need, int index) =>
        index / 8 < need.Bitmap.Length && (need.Bitmap[index / 8] >> (index % 8) & 1) != 0;
}
