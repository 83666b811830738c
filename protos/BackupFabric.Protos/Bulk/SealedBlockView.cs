namespace BackupFabric.Protos.Bulk;

/// <summary>One block of a <see cref="BlockBatchBuffer"/>, where it lies.</summary>
public readonly ref struct SealedBlockView(
    ReadOnlySpan<byte> id, byte codec, int plainLength, ReadOnlySpan<byte> payload, long offset)
{
    /// <summary>32 bytes.</summary>
    public ReadOnlySpan<byte> Id { get; } = id;

    /// <summary>Number of the codec that packed the payload; whether it is a known one is the reader's question.</summary>
    public byte Codec { get; } = codec;

    /// <summary>Length of the block once unpacked, as the sender claims.</summary>
    public int PlainLength { get; } = plainLength;

    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>In a pull: where the block lies on the disk. 0 in a push.</summary>
    public long Offset { get; } = offset;
}
