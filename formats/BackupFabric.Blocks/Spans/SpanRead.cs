namespace BackupFabric.Blocks.Spans;

/// <summary>Bytes of the disk to read, and where they belong in the buffer of the span's regions.</summary>
public readonly record struct SpanRead(long Offset, int Length, int At);
