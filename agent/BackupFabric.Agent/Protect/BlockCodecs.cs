using BackupFabric.Blocks;

namespace BackupFabric.Agent.Protect;

/// <summary>The codecs of this process, best first, as numbers of the protocol.</summary>
internal static class BlockCodecs
{
    /// <summary>LZ4 before Zstandard: the host's processors belong to its guests.</summary>
    public static IEnumerable<uint> Writable => Supported(BlockCodec.Lz4, BlockCodec.Zstd, BlockCodec.None);

    public static IEnumerable<uint> Readable => Supported(BlockCodec.Zstd, BlockCodec.Lz4, BlockCodec.None);

    private static IEnumerable<uint> Supported(params BlockCodec[] codecs) => codecs.Where(BlockSealer.Supports).Select(c => (uint)c);
}
