using BackupFabric.Blocks;
using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Collection;

public sealed class MarkMemoryTests
{
    private const int Entries = 400_000;
    private static readonly Guid Repository = Guid.NewGuid();

    [Fact]
    public async Task Marking_takes_a_bit_for_each_record_and_one_batch_and_marks_exactly_what_it_was_given()
    {
        await using var volume = new MemoryVolume();
        await using var index = new BlockIndex(new IndexRuns(volume, Repository, PackKind.Data, 1, 1000), 1000);
        IndexedPack[] packs = [.. Enumerable.Range(1, 16).Select(pack => new IndexedPack(new(1, (uint)pack), 1L << 28))];
        await index.Runs.AddAsync(Sorted().Select((id, i) => new PackEntry(id, new(packs[i % 16].Number, (uint)i, 1000, 4096, BlockCodec.Lz4, 0))), packs);
        var runs = await index.BeginCollectionAsync();
        var marks = new IndexMarks(index, runs);
        var batch = new MarkBatch(64 << 10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = new IndexMarks(index, runs);
        // A bit each, a counter for each pack, and some objects.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, Entries / 8, Entries / 8 + 16 * 64 + 4096);

        before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var id in Sorted().Where((_, i) => i % 16 < 8).Concat([new BlockId(1, 2, 3, 4)]))
        {
            batch.Add(id);
            if (batch.IsFull) marks.Mark(batch);
        }

        marks.Mark(batch);
        // Nothing for an id: a page and a cursor for each run.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
        Assert.Equal(1, marks.Missing);
        Assert.Equal(packs.Select((_, i) => i < 8 ? Entries / 16L * PackFigures.LiveBytesOf(1000) : 0), marks.Packs().Select(pack => pack.LiveBytes));
    }

    /// <summary>Uniform enough, and in order without being held.</summary>
    private static IEnumerable<BlockId> Sorted()
    {
        for (var i = 0; i < Entries; i++) yield return new(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(ulong.MaxValue / Entries * (ulong)i), 7, 8, 9);
    }
}
