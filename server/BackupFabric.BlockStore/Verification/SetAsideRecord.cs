using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Verification;

/// <summary>A damaged record of which there is no other copy: it counts as lacking until the next offer of the block, or of the map node, heals it.</summary>
public sealed record SetAsideRecord(BlockId Id, bool IsMapNode, string Pack, long Offset);
