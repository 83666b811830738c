using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BackupFabric.Blocks.Blake3;

/// <summary>
/// Gathers equally long inputs, of one tree or of many, until the lanes are full, hashes them side by side and puts each chaining value
/// where it belongs. Nothing is read or written before <see cref="Flush"/> or a full set of lanes.
/// </summary>
internal unsafe struct LaneQueue
{
    private readonly HashMode mode;
    private readonly Blake3Path path;
    private readonly int blocks;
    private readonly uint first;
    private readonly uint last;
    private LaneBatch batch;
    private fixed long destinations[LaneBatch.Capacity];
    private int count;

    private LaneQueue(HashMode mode, Blake3Path path, int blocks, uint first, uint last)
    {
        this.mode = mode;
        this.path = path;
        this.blocks = blocks;
        this.first = first;
        this.last = last;
    }

    public static LaneQueue OfChunks(HashMode mode, Blake3Path path) =>
        new(mode, path, Compression.ChunkSize / Compression.BlockSize, HashFlags.ChunkStart, HashFlags.ChunkEnd);

    public static LaneQueue OfParents(HashMode mode, Blake3Path path) => new(mode, path, 1, 0, 0);

    /// <summary>Input and destination must stay where they are until the next flush.</summary>
    public void Add(byte* input, ulong counter, uint flags, byte* destination)
    {
        batch.Set(count, input, counter, flags | mode.Flags);
        destinations[count] = (long)destination;
        if (++count == (int)path) Flush();
    }

    [SkipLocalsInit]
    public void Flush()
    {
        if (count == 0) return;
        var values = stackalloc byte[LaneBatch.Capacity * Compression.ValueSize];
        fixed (LaneBatch* lanes = &batch)
        fixed (uint* key = mode.Key)
        {
            Hash(lanes, key, values);
        }

        for (var lane = 0; lane < count; lane++)
            Unsafe.CopyBlockUnaligned((byte*)destinations[lane], values + lane * Compression.ValueSize, Compression.ValueSize);
        count = 0;
    }

    /// <summary>Takes the narrowest kernel that holds what is waiting; idle lanes repeat the first one.</summary>
    private void Hash(LaneBatch* lanes, uint* key, byte* values)
    {
        if (count == 1 || path == Blake3Path.Scalar) HashOneByOne(lanes, key, values);
        else if (count <= 4) HashWide<Vector128<uint>, Words128>(lanes, key, values);
        else if (count <= 8) HashWide<Vector256<uint>, Words256>(lanes, key, values);
        else HashWide<Vector512<uint>, Words512>(lanes, key, values);
    }

    private void HashWide<TVector, TWords>(LaneBatch* lanes, uint* key, byte* values)
        where TVector : unmanaged
        where TWords : struct, ILaneWords<TVector>
    {
        for (var lane = count; lane < sizeof(TVector) / sizeof(uint); lane++) lanes->Repeat(lane, 0);
        LaneKernel<TVector, TWords>.Hash(lanes, blocks, key, first, last, values);
    }

    private void HashOneByOne(LaneBatch* lanes, uint* key, byte* values)
    {
        var words = stackalloc uint[16];
        for (var lane = 0; lane < count; lane++)
        {
            Unsafe.CopyBlockUnaligned(words, key, Compression.ValueSize);
            var counter = lanes->CounterLow[lane] | (ulong)lanes->CounterHigh[lane] << 32;
            for (var block = 0; block < blocks; block++)
            {
                var flags = lanes->Flags[lane] | (block == 0 ? first : 0) | (block == blocks - 1 ? last : 0);
                Compression.Compress(words, (byte*)lanes->Inputs[lane] + block * Compression.BlockSize, Compression.BlockSize, counter, flags, words);
            }

            Unsafe.CopyBlockUnaligned(values + lane * Compression.ValueSize, words, Compression.ValueSize);
        }
    }
}
