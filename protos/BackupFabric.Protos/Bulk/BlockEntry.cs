namespace BackupFabric.Protos.Bulk;

/// <summary>Where one block lies in its batch's bytes, and its numbers.</summary>
internal readonly record struct BlockEntry(int IdAt, int PayloadAt, int PayloadLength, int PlainLength, long Offset, byte Codec);
