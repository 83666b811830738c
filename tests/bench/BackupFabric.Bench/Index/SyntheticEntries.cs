using System.Buffers.Binary;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.Bench.Index;

/// <summary>
/// Entries of a repository that never was: as many ids as wanted, uniform like hashes, in ascending order within a run, and each computable from its run and
/// its place there, so that look-ups know what is there without a list of it.
/// </summary>
internal sealed class SyntheticEntries(long total, int perRun)
{
    /// <summary>Blocks of 64 KiB at about half their size in a pack of 256 MiB.</summary>
    private const int PerPack = 8192;
    private const int Payload = 32 << 10;

    public int Runs => (int)((total + perRun - 1) / perRun);

    public int CountOf(int run) => (int)Math.Min(perRun, total - (long)run * perRun);

    public BlockId IdOf(int run, int i)
    {
        // The run's part of the number space for its i-th id, and a place in that part that depends on both.
        var step = ulong.MaxValue / (ulong)CountOf(run);
        var noise = Mix((ulong)run << 32 | (uint)i);
        return WithKey((ulong)i * step + noise % step, noise);
    }

    /// <summary>An id that is in no run, but by a chance of 2^-128.</summary>
    public static BlockId Stranger(ulong number) => WithKey(Mix(number ^ 0x5DEECE66D), Mix(number));

    public IEnumerable<PackEntry> EntriesOf(int run)
    {
        var count = CountOf(run);
        for (var i = 0; i < count; i++)
        {
            // Within a pack records lie in the order of their coming, which has nothing to do with their ids.
            var at = (uint)((i * 40503L + run) % count);
            yield return new(IdOf(run, i), new(PackOf(run, at / PerPack), 64 + at % PerPack * Payload, Payload - PackFormat.RecordOverhead, 64 << 10, BlockCodec.Lz4, 0));
        }
    }

    public IndexedPack[] PacksOf(int run) => [.. Enumerable.Range(0, (CountOf(run) + PerPack - 1) / PerPack).Select(pack => new IndexedPack(PackOf(run, (uint)pack), 256L << 20))];

    public static ulong Mix(ulong x)
    {
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }

    private PackNumber PackOf(int run, uint pack) => new(1, (uint)(run * ((perRun + PerPack - 1) / PerPack)) + pack + 1);

    private static BlockId WithKey(ulong key, ulong rest) => new(BinaryPrimitives.ReverseEndianness(key), rest, Mix(rest), ~rest);
}
