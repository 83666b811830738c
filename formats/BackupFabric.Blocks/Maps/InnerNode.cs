using System.Buffers;
using System.Numerics;

namespace BackupFabric.Blocks.Maps;

/// <summary>
/// An inner node: which of its 256 children have content, and their ids. Its height (1 above leaves) is part of it, so that
/// no subtree can be hung up at another height.
/// </summary>
internal static class InnerNode
{
    public const int LengthMax = HeaderSize + DiskMap.FanOut * BlockId.Size;

    public const int HeightAt = 4;

    private const int BitmapSize = DiskMap.FanOut / 8;
    private const int HeaderSize = 4 + 1 + BitmapSize;

    /// <summary>Begins every inner node; the last byte is the version.</summary>
    public static ReadOnlySpan<byte> Magic => "BFN\x01"u8;

    /// <summary>Writes the node; false (nothing written) when it has no children and is thereby the empty subtree.</summary>
    public static bool Encode(int height, ReadOnlySpan<BlockId> children, IBufferWriter<byte> output)
    {
        var node = output.GetSpan(LengthMax);
        Magic.CopyTo(node);
        node[HeightAt] = (byte)height;
        var bitmap = node.Slice(5, BitmapSize);
        bitmap.Clear();
        var length = HeaderSize;
        for (var child = 0; child < DiskMap.FanOut; child++)
        {
            if (children[child].IsZero) continue;
            bitmap[child >> 3] |= (byte)(1 << (child & 7));
            children[child].Write(node[length..]);
            length += BlockId.Size;
        }

        if (length == HeaderSize) return false;
        output.Advance(length);
        return true;
    }

    public static bool TryDecode(ReadOnlySpan<byte> encoded, int height, Span<BlockId> children)
    {
        children.Clear();
        if (encoded.Length < HeaderSize || !encoded.StartsWith(Magic) || encoded[HeightAt] != height) return false;
        var bitmap = encoded.Slice(5, BitmapSize);
        var at = HeaderSize;
        var count = 0;
        foreach (var bits in bitmap) count += BitOperations.PopCount(bits);
        if (count == 0 || encoded.Length != HeaderSize + count * BlockId.Size) return false;
        for (var child = 0; child < DiskMap.FanOut; child++)
        {
            if ((bitmap[child >> 3] >> (child & 7) & 1) == 0) continue;
            var id = BlockId.Read(encoded[at..]);
            if (id.IsZero) return false;
            children[child] = id;
            at += BlockId.Size;
        }

        return true;
    }
}
