using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Lz4;

/// <summary>
/// The table that says where a hash was seen last, as an offset in the block; 0, where nothing was seen, is a place like any other.
/// Two widths, so that the common block's table takes half of the first-level cache's room.
/// </summary>
internal unsafe interface IPositions
{
    /// <summary>Whether an offset in the block can be farther back than a match reaches.</summary>
    static abstract bool CanBeTooFar { get; }

    static abstract int HashBits { get; }

    static abstract uint Get(byte* table, uint hash);

    static abstract void Set(byte* table, uint hash, uint position);
}

/// <summary>For blocks of at most 64 KiB.</summary>
internal unsafe struct NearPositions : IPositions
{
    public static bool CanBeTooFar => false;

    public static int HashBits => 13;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Get(byte* table, uint hash) => ((ushort*)table)[hash];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(byte* table, uint hash, uint position) => ((ushort*)table)[hash] = (ushort)position;
}

internal unsafe struct FarPositions : IPositions
{
    public static bool CanBeTooFar => true;

    public static int HashBits => 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Get(byte* table, uint hash) => ((uint*)table)[hash];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(byte* table, uint hash, uint position) => ((uint*)table)[hash] = position;
}
