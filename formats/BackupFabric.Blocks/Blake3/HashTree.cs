using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Blake3;

/// <summary>
/// The tree over one input or one subtree of it: its chaining values lie one after another at <see cref="Values"/> and are
/// paired level by level, an odd one being carried up, which gives BLAKE3's left-heavy tree.
/// </summary>
internal unsafe struct HashTree
{
    public byte* Values;
    public int Count;

    /// <summary>Queues all whole chunks of an input; a partial last one is hashed at once.</summary>
    public static HashTree Begin(ref LaneQueue chunks, HashMode mode, byte* input, long length, ulong firstChunk, byte* values)
    {
        var whole = (int)(length / Compression.ChunkSize);
        for (var chunk = 0; chunk < whole; chunk++)
            chunks.Add(input + (long)chunk * Compression.ChunkSize, firstChunk + (ulong)chunk, 0, values + chunk * Compression.ValueSize);
        var rest = (int)(length % Compression.ChunkSize);
        if (rest == 0) return new HashTree { Values = values, Count = whole };
        RootNode.OfChunk(mode, input + (long)whole * Compression.ChunkSize, rest, firstChunk + (ulong)whole).WriteValue(values + whole * Compression.ValueSize);
        return new HashTree { Values = values, Count = whole + 1 };
    }

    /// <summary>
    /// Pairs the values of all trees until each has at most <paramref name="target"/> left; the last pair of a tree gets
    /// <paramref name="lastFlags"/>. Level by level over all trees, so that small trees fill the lanes together.
    /// </summary>
    public static void Reduce(ref LaneQueue parents, Span<HashTree> trees, int target, uint lastFlags)
    {
        for (var open = true; open;)
        {
            foreach (ref var tree in trees) tree.QueuePairs(ref parents, target, lastFlags);
            // A carried value may take the place of one that a queued pair has still to read.
            parents.Flush();
            open = false;
            foreach (ref var tree in trees)
            {
                tree.FinishLevel(target);
                open |= tree.Count > target;
            }
        }
    }

    private readonly void QueuePairs(ref LaneQueue parents, int target, uint lastFlags)
    {
        if (Count <= target) return;
        var flags = HashFlags.Parent | (Count == 2 ? lastFlags : 0);
        for (var pair = 0; pair < Count / 2; pair++)
            parents.Add(Values + pair * 2 * Compression.ValueSize, 0, flags, Values + pair * Compression.ValueSize);
    }

    private void FinishLevel(int target)
    {
        if (Count <= target) return;
        var pairs = Count / 2;
        if (Count % 2 != 0)
            Unsafe.CopyBlockUnaligned(Values + pairs * Compression.ValueSize, Values + (Count - 1) * Compression.ValueSize, Compression.ValueSize);
        Count -= pairs;
    }
}
