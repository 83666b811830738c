using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Import;

/// <param name="Level">As <see cref="BlockSealer.HasLevel"/> knows it; 0 is the codec's default.</param>
/// <param name="Workers">Spans in work at once; 0: one per processor and one more, which reads while the others compute.</param>
public sealed record ImportOptions(BlockCodec Codec = BlockCodec.Lz4, int Level = 0, int Workers = 0)
{
    /// <summary>Beyond this, buffers of one span each (16 MiB) would not stay within the memory that is promised.</summary>
    private const int WorkersMax = 8;

    internal int WorkersOrDefault => Math.Clamp(Workers > 0 ? Workers : Environment.ProcessorCount + 1, 1, WorkersMax);
}
