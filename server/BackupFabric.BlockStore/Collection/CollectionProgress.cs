namespace BackupFabric.BlockStore.Collection;

/// <param name="Done">Of <paramref name="Total"/>: maps while marking, bytes while rewriting, packs while deleting.</param>
public readonly record struct CollectionProgress(CollectionStage Stage, long Done, long Total);

public enum CollectionStage
{
    Marking,
    Rewriting,
    Deleting,
}
