using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BackupFabric.Blocks.Blake3;

/// <summary>The last compression of a chunk or a parent, held back until it is known whether it is the root.</summary>
internal unsafe struct RootNode
{
    private fixed uint chaining[8];
    private fixed byte block[Compression.BlockSize];
    private uint blockLength;
    private uint flags;
    private ulong counter;

    /// <summary>A chunk of at most 1024 bytes; all its blocks but the last are compressed here.</summary>
    public static RootNode OfChunk(HashMode mode, byte* input, int length, ulong counter)
    {
        var words = stackalloc uint[16];
        mode.Key.CopyTo(new Span<uint>(words, 8));
        var start = HashFlags.ChunkStart;
        for (; length > Compression.BlockSize; input += Compression.BlockSize, length -= Compression.BlockSize)
        {
            Compression.Compress(words, input, Compression.BlockSize, counter, mode.Flags | start, words);
            start = 0;
        }

        var node = default(RootNode);
        new ReadOnlySpan<uint>(words, 8).CopyTo(new Span<uint>(node.chaining, 8));
        new ReadOnlySpan<byte>(input, length).CopyTo(new Span<byte>(node.block, Compression.BlockSize));
        node.blockLength = (uint)length;
        node.flags = mode.Flags | start | HashFlags.ChunkEnd;
        node.counter = counter;
        return node;
    }

    /// <summary>A parent of two chaining values that lie one after the other.</summary>
    public static RootNode OfParent(HashMode mode, byte* pair)
    {
        var node = default(RootNode);
        mode.Key.CopyTo(new Span<uint>(node.chaining, 8));
        new ReadOnlySpan<byte>(pair, Compression.BlockSize).CopyTo(new Span<byte>(node.block, Compression.BlockSize));
        node.blockLength = Compression.BlockSize;
        node.flags = mode.Flags | HashFlags.Parent;
        return node;
    }

    /// <summary>The node as an inner one: its chaining value.</summary>
    public void WriteValue(byte* value)
    {
        var words = stackalloc uint[16];
        fixed (uint* cv = chaining)
        fixed (byte* message = block)
            Compression.Compress(cv, message, blockLength, counter, flags, words);
        Unsafe.CopyBlockUnaligned(value, words, Compression.ValueSize);
    }

    /// <summary>The node as the root: as many output bytes as asked for.</summary>
    public void WriteOutput(Span<byte> output)
    {
        var words = stackalloc uint[16];
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(words, 16));
        for (ulong outputBlock = 0; !output.IsEmpty; outputBlock++)
        {
            fixed (uint* cv = chaining)
            fixed (byte* message = block)
                Compression.Compress(cv, message, blockLength, outputBlock, flags | HashFlags.Root, words);
            var part = Math.Min(output.Length, bytes.Length);
            bytes[..part].CopyTo(output);
            output = output[part..];
        }
    }
}
