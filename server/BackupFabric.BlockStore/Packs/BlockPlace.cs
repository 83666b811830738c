using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;

namespace BackupFabric.BlockStore.Packs;

/// <summary>Where a record lies and all of its header that the checksum covers, so that a read needs no second read for the header.</summary>
/// <param name="PayloadLength">As it is stored, the envelope of an encrypted record included.</param>
internal readonly record struct BlockPlace(PackNumber Pack, uint Offset, int PayloadLength, int PlainLength, BlockCodec Codec, byte Flags)
{
    /// <summary>Both lengths take three bytes in an index run.</summary>
    public const int LengthMax = (1 << 24) - 1;

    public bool IsEncrypted => (Flags & RecordEnvelope.Flag) != 0;

    /// <summary>The payload's length once it is decrypted.</summary>
    public int OpenedLength => IsEncrypted ? Math.Max(0, PayloadLength - RecordEnvelope.Size) : PayloadLength;
}

/// <summary>One line of a pack's table.</summary>
internal readonly record struct PackEntry(BlockId Id, BlockPlace Place);
