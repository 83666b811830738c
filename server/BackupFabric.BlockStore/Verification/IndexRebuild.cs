using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>Makes the index of both kinds of packs anew.</summary>
internal sealed class IndexRebuild(RepositoryParts parts, IProgress<IndexRebuildProgress>? progress)
{
    private int _done;

    public async Task<IndexRebuildReport> RunAsync(CancellationToken cancellation)
    {
        var sets = new[] { parts.Data, parts.MapPacks };
        var total = sets.Sum(packs => packs.Index.KnownPacks().Count);
        var loaders = new List<PackLoader>();
        foreach (var packs in sets) loaders.Add(await packs.RebuildIndexAsync(count => progress?.Report(new(_done += count, Math.Max(total, _done))), cancellation));
        return new(_done, loaders.Sum(loader => loader.Scanned), sets.Sum(packs => packs.Index.Count), [.. loaders.SelectMany(loader => loader.Findings)]);
    }
}
