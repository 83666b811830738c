using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;

namespace BackupFabric.BlockStore.Export;

/// <summary>One block's place on the disk.</summary>
internal readonly record struct PlacedBlock(long Offset, int Length, BlockId Id)
{
    public long End => Offset + Length;
}

/// <summary>Neighbouring blocks that one worker restores at a stretch; holes may lie between them.</summary>
internal sealed record ExportPiece(List<PlacedBlock> Blocks)
{
    /// <summary>From the first block to the last; a block is never split, so a repository of greater blocks makes greater pieces.</summary>
    public const int BytesMax = 4 << 20;

    public long Start => Blocks[0].Offset;

    public int Bytes => (int)(Blocks[^1].End - Start);

    /// <summary>The blocks of a span that touch a range.</summary>
    public static IEnumerable<ExportPiece> Of(List<SpanEntry> entries, long spanStart, ByteRange within)
    {
        var blocks = new List<PlacedBlock>();
        var at = spanStart;
        foreach (var entry in entries)
        {
            var block = new PlacedBlock(at, entry.Clusters * Cluster.Size, entry.Id);
            at = block.End;
            if (entry.IsHole || block.End <= within.Offset || block.Offset >= within.End) continue;
            if (blocks.Count > 0 && block.End - blocks[0].Offset > BytesMax)
            {
                yield return new(blocks);
                blocks = [];
            }

            blocks.Add(block);
        }

        if (blocks.Count > 0) yield return new(blocks);
    }
}
