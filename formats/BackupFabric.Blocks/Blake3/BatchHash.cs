using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Blake3;

/// <summary>Many blocks of one buffer at once: the chunks, then the parents, of neighbouring blocks share the lanes.</summary>
internal static unsafe class BatchHash
{
    /// <summary>Chunks in a group; 24 KiB of chaining values, which stay in the first-level cache.</summary>
    private const int ChunksMax = 768;
    private const int TreesMax = 256;

    public static void Hash(HashMode mode, Blake3Path path, ReadOnlySpan<byte> buffer, ReadOnlySpan<BlockCut> cuts, Span<BlockId> ids)
    {
        fixed (byte* start = buffer)
        {
            for (var next = 0; next < cuts.Length;) next += HashGroup(mode, path, start, buffer.Length, cuts[next..], ids[next..]);
        }
    }

    /// <summary>Hashes as many cuts as fit into a group, at least one; returns how many.</summary>
    [SkipLocalsInit]
    private static int HashGroup(HashMode mode, Blake3Path path, byte* buffer, int length, ReadOnlySpan<BlockCut> cuts, Span<BlockId> ids)
    {
        var values = stackalloc byte[ChunksMax * Compression.ValueSize];
        var trees = stackalloc HashTree[TreesMax];
        var owners = stackalloc int[TreesMax];
        var chunks = LaneQueue.OfChunks(mode, path);
        int cut = 0, treeCount = 0, chunkCount = 0;
        for (; cut < cuts.Length; cut++)
        {
            var (offset, size, isHole) = cuts[cut];
            if ((uint)offset > (uint)length || (uint)size > (uint)(length - offset))
                throw new ArgumentException($"The cut of {size} bytes at {offset} lies outside the buffer of {length} bytes.", nameof(cuts));
            if (isHole)
            {
                ids[cut] = BlockId.Zero;
                continue;
            }

            // Too small for a tree, or a tree too large for any group: on its own.
            var needed = (size + Compression.ChunkSize - 1) / Compression.ChunkSize;
            if (needed is <= 1 or > ChunksMax)
            {
                ids[cut] = HashAlone(mode, path, new ReadOnlySpan<byte>(buffer + offset, size));
                continue;
            }

            if (chunkCount + needed > ChunksMax || treeCount == TreesMax) break;
            trees[treeCount] = HashTree.Begin(ref chunks, mode, buffer + offset, size, 0, values + chunkCount * Compression.ValueSize);
            owners[treeCount++] = cut;
            chunkCount += needed;
        }

        chunks.Flush();
        var parents = LaneQueue.OfParents(mode, path);
        HashTree.Reduce(ref parents, new Span<HashTree>(trees, treeCount), target: 1, HashFlags.Root);
        for (var tree = 0; tree < treeCount; tree++) ids[owners[tree]] = Unsafe.ReadUnaligned<BlockId>(trees[tree].Values);
        return cut;
    }

    private static BlockId HashAlone(HashMode mode, Blake3Path path, ReadOnlySpan<byte> block)
    {
        Span<byte> id = stackalloc byte[BlockId.Size];
        TreeHash.Hash(mode, path, block, id);
        return BlockId.Read(id);
    }
}
