using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>Looks into a repository whose server has ended.</summary>
internal static class StoredBlocks
{
    /// <summary>Records in the data packs, and distinct blocks among them.</summary>
    public static async Task<(long Records, long Unique)> CountAsync(string serverData, CancellationToken cancellation)
    {
        var volume = new LocalVolume(Path.Combine(serverData, "repository"));
        await using var repository = await Repository.OpenAsync(volume, new RepositoryOptions("test"), TimeProvider.System, cancellation);
        var usage = repository.Usage();
        return (usage.Records, usage.Blocks);
    }
}
