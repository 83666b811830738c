namespace BackupFabric.BlockStore.Volumes;

/// <summary>What was asked of a volume: operations by kind, and bytes that came and went.</summary>
public readonly record struct VolumeCounts(
    long Lists,
    long Creates,
    long Opens,
    long Renames,
    long Deletes,
    long FolderSyncs,
    long Reads,
    long BytesRead,
    long Appends,
    long BytesAppended,
    long Flushes,
    long Truncates)
{
    /// <summary>What happened since an earlier count.</summary>

    public VolumeCounts Since(VolumeCounts before) => new(
        Lists - before.Lists,
        Creates - before.Creates,
        Opens - before.Opens,
        Renames - before.Renames,
        Deletes - before.Deletes,
        FolderSyncs - before.FolderSyncs,
        Reads - before.Reads,
        BytesRead - before.BytesRead,
        Appends - before.Appends,
        BytesAppended - before.BytesAppended,
        Flushes - before.Flushes,
        Truncates - before.Truncates);
}
