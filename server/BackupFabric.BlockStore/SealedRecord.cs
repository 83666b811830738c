using BackupFabric.Blocks;

namespace BackupFabric.BlockStore;

/// <summary>A record as read: its payload is the first <paramref name="PayloadLength"/> bytes of the buffer that was handed in.</summary>
public readonly record struct SealedRecord(BlockId Id, BlockCodec Codec, int PlainLength, int PayloadLength);
