using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Blake3;

/// <summary>One input of any length: subtrees of 512 KiB are hashed as wide as the path allows and merged.</summary>
internal static unsafe class TreeHash
{
    private const int SubtreeChunks = 512;
    private const int SubtreeSize = SubtreeChunks * Compression.ChunkSize;
    private const int MergeDepthMax = 54;

    public static void Hash(HashMode mode, Blake3Path path, ReadOnlySpan<byte> input, Span<byte> output)
    {
        fixed (byte* start = input)
        {
            var root = input.Length <= Compression.ChunkSize
                ? RootNode.OfChunk(mode, start, input.Length, 0)
                : RootOf(mode, path, start, input.Length);
            root.WriteOutput(output);
        }
    }

    [SkipLocalsInit]
    private static RootNode RootOf(HashMode mode, Blake3Path path, byte* input, long length)
    {
        var values = stackalloc byte[SubtreeChunks * Compression.ValueSize];
        var merging = stackalloc byte[MergeDepthMax * Compression.ValueSize];
        var chunks = LaneQueue.OfChunks(mode, path);
        var parents = LaneQueue.OfParents(mode, path);
        var depth = 0;
        ulong done = 0;

        // The last subtree, whole or not, is left over: only then is it known which node is the root.
        for (; length > SubtreeSize; input += SubtreeSize, length -= SubtreeSize)
        {
            Subtree(ref chunks, ref parents, mode, input, SubtreeSize, done * SubtreeChunks, values, target: 1);
            Unsafe.CopyBlockUnaligned(merging + depth++ * Compression.ValueSize, values, Compression.ValueSize);
            done++;
            for (var merge = done; merge % 2 == 0; merge /= 2) MergeTop(mode, merging, ref depth);
        }

        // Nothing to merge with: the last pair is the root itself. Otherwise one value joins the stack.
        Subtree(ref chunks, ref parents, mode, input, length, done * SubtreeChunks, values, target: depth == 0 ? 2 : 1);
        if (depth == 0) return RootNode.OfParent(mode, values);
        Unsafe.CopyBlockUnaligned(merging + depth++ * Compression.ValueSize, values, Compression.ValueSize);
        while (depth > 2) MergeTop(mode, merging, ref depth);
        return RootNode.OfParent(mode, merging);
    }

    private static void Subtree(ref LaneQueue chunks, ref LaneQueue parents, HashMode mode, byte* input, long length, ulong firstChunk, byte* values, int target)
    {
        var tree = HashTree.Begin(ref chunks, mode, input, length, firstChunk, values);
        chunks.Flush();
        HashTree.Reduce(ref parents, new Span<HashTree>(ref tree), target, lastFlags: 0);
    }

    private static void MergeTop(HashMode mode, byte* merging, ref int depth)
    {
        var pair = merging + (depth - 2) * Compression.ValueSize;
        RootNode.OfParent(mode, pair).WriteValue(pair);
        depth--;
    }
}
