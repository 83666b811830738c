namespace BackupFabric.Blocks.Maps;

/// <summary>A map node whose bytes cannot be what they should be: the store returned a foreign or damaged node, or the map was never sound.</summary>
public sealed class DiskMapException(BlockId node, string sentence) : Exception(sentence)
{
    public const string Code = "disk-map-malformed";

    /// <summary>The node's id.</summary>
    public BlockId Node { get; } = node;

    public static string Advice => "Verify the repository: it names the recovery points that this node belongs to. Points that do not reach it are unharmed.";
}
