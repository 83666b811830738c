namespace BackupFabric.Server.Backups;

/// <summary>Section <c>Transfer</c>: the bounds of the data plane.</summary>
internal sealed class TransferSettings
{
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
