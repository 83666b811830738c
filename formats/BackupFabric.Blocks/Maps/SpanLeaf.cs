namespace BackupFabric.Blocks.Maps;

/// <summary>
/// The leaf of a disk map: the entries of one span, in order, covering it exactly (the last span of a disk may be shorter).
/// Adjacent holes are merged. Encoded as FORMAT.md says; the same bytes travel in SpanMap messages.
/// </summary>
public static class SpanLeaf
{
    public static void Encode(IReadOnlyList<SpanEntry> entries, System.Buffers.IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>False when the bytes are not a leaf that covers exactly <paramref name="spanClusters"/> clusters: hostile or damaged input.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, int spanClusters, List<SpanEntry> entries) => throw new NotImplementedException();
}
