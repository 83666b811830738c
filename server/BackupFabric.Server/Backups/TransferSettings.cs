using BackupFabric.Blocks;

namespace BackupFabric.Server.Backups;

/// <summary>Section <c>Transfer</c>: the bounds of the data plane.</summary>
internal sealed class TransferSettings
{
    /// <summary>How agents pack blocks: lz4, zstd or none. An agent that cannot write it takes the best one that it can.</summary>
    public BlockCodec Codec { get; set; } = BlockCodec.Lz4;

    /// <summary>0 is the codec's default. Zstandard: its level. LZ4: acceleration, 1 packs tightest.</summary>
    public int CodecLevel { get; set; }

    /// <summary>Greatest batch of blocks in one message.</summary>
    public int BatchBytesMax { get; set; } = 1 << 20;

    /// <summary>Batches of one stream that may wait for their proof.</summary>
    public int BatchesInFlightMax { get; set; } = 16;

    /// <summary>The same over all streams of the server: bounds its memory.</summary>
    public int BatchesInFlightServerMax { get; set; } = 256;

    /// <summary>Batches of one stream that are proved and written side by side.</summary>
    public int ProofsAtOnceMax { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Batches that a recovery reads ahead of the one that is being sent.</summary>
    public int BatchesReadAhead { get; set; } = 4;
}
