using System.Runtime.InteropServices;

namespace BackupFabric.Blocks;

/// <summary>
/// The 32-byte name of a block: BLAKE3, keyed with the repository's id key, of the block's plain bytes.
/// The all-zero value is <see cref="Zero"/>: a hole, never a hash.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BlockId(ulong A, ulong B, ulong C, ulong D) : IComparable<BlockId>
{
    public const int Size = 32;

    public static readonly BlockId Zero;

    public bool IsZero => (A | B | C | D) == 0;

    /// <summary>Reads the 32 bytes as they lie on the wire and on disk.</summary>
    public static BlockId Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<BlockId>(bytes);

    public void Write(Span<byte> destination) => MemoryMarshal.Write(destination, in this);

    /// <summary>Byte order, so that sorted runs are sorted as bytes.</summary>
    public int CompareTo(BlockId other) => AsBytes(in this).SequenceCompareTo(AsBytes(in other));

    public override string ToString() => Convert.ToHexStringLower(AsBytes(in this));

    public static BlockId Parse(string hex) =>
        hex.Length == 2 * Size ? Read(Convert.FromHexString(hex)) : throw new FormatException($"'{hex}' is not a block id: 64 hex digits are expected.");

    private static ReadOnlySpan<byte> AsBytes(in BlockId id) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in id, 1));
}
