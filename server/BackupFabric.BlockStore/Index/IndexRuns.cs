using System.Globalization;
using System.Numerics;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Index;

/// <summary>The runs of one kind of pack in the folder "index", merged when many of about the same size have come together. Writing is serialized by the caller.</summary>
internal sealed class IndexRuns(IVolume volume, Guid repository, PackKind kind, uint fence, int runEntriesMin) : IAsyncDisposable
{
    public const string Folder = "index";
    private const int MergeWidth = 8;
    private const string Extension = ".run";
    private const string TemporaryExtension = ".new";

    private volatile IndexRun[] _all = [];
    private uint _counter;

    /// <summary>Latest first.</summary>
    public IndexRun[] All => _all;

    /// <summary>A collection counts entries by their place in the runs it began with: merges wait until it has ended.</summary>
    public bool MergesWait { get; set; }

    public long Count => _all.Sum(run => run.Count);

    private string Prefix => kind == PackKind.Data ? "blocks-" : "nodes-";

    /// <summary>
    /// Opens the runs whose packs are all there at the length they had; deletes the others and what a crash left. Returns the packs that need no reading.
    /// </summary>
    public async Task<HashSet<PackNumber>> OpenAsync(IReadOnlyDictionary<PackNumber, long> packs, CancellationToken cancellation)
    {
        var found = new List<(string Name, IndexRun Run)>();
        await foreach (var entry in volume.ListAsync(Folder, cancellation))
        {
            if (!entry.Name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            var name = Folder + "/" + entry.Name;
            var run = entry.Name.EndsWith(Extension, StringComparison.Ordinal) ? await TryOpenAsync(name, packs, cancellation) : null;
            if (run is null) await volume.DeleteAsync(name, cancellation);
            else found.Add((name, run));
        }

        _all = await WithoutOverlapAsync(found, cancellation);
        return [.. _all.SelectMany(run => run.Packs.ToArray()).Select(pack => pack.Number)];
    }

    public async Task AddAsync(IEnumerable<PackEntry> sorted, IndexedPack[] packs)
    {
        var run = await WriteAsync(sorted, packs);
        _all = [run, .. _all];
        while (!MergesWait && MergeCandidates() is { } candidates) await MergeAsync(candidates);
        await volume.SyncFolderAsync(Folder, CancellationToken.None);
    }

    /// <summary>
    /// Takes a damaged run out; its packs' tables are to be read again. The file is closed at once, or its bytes would stay on the disk: a look-up that is under way in it
    /// starts over (<see cref="BlockIndex.TryFind"/>).
    /// </summary>
    public async Task DropAsync(IndexRun run)
    {
        _all = [.. _all.Where(other => other != run)];
        await run.DisposeAsync();
        await volume.DeleteAsync(run.FileName, CancellationToken.None);
    }

    /// <summary>Writes the runs that cover condemned packs anew without them. Until a new one is durable its old one stays. Returns how many entries fewer there are.</summary>
    public async Task<long> WithoutCondemnedAsync()
    {
        var before = Count;
        var affected = _all.Where(run => run.HasCondemned).ToArray();
        foreach (var run in affected)
        {
            var standing = run.StandingPacks.ToArray();
            var rewritten = standing.Length > 0 ? await WriteAsync(run.Entries(), standing) : null;
            _all = [.. _all.Select(other => other == run ? rewritten : other).OfType<IndexRun>().OrderByDescending(LatestPack)];
            await volume.SyncFolderAsync(Folder, CancellationToken.None);
            await run.DisposeAsync();
            await volume.DeleteAsync(run.FileName, CancellationToken.None);
        }

        if (affected.Length > 0) await volume.SyncFolderAsync(Folder, CancellationToken.None);
        return before - Count;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _all) await run.DisposeAsync();
        _all = [];
    }

    private async Task<IndexRun?> TryOpenAsync(string name, IReadOnlyDictionary<PackNumber, long> packs, CancellationToken cancellation)
    {
        if (await TryOpenFileAsync(name, cancellation) is not { } file) return null;
        var run = await IndexRun.TryOpenAsync(file, repository, kind, cancellation);
        if (run is not null && run.Packs.ToArray().All(pack => packs.TryGetValue(pack.Number, out var length) && length == pack.Length)) return run;
        await file.DisposeAsync();
        return null;
    }

    /// <summary>Null when it is gone: a repository may be opened for reading while its owner merges runs.</summary>
    private async Task<IVolumeFile?> TryOpenFileAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await volume.OpenAsync(name, append: false, cancellation);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A crash after a merge leaves the merged runs beside the new one, which covers them; greatest first finds it.</summary>
    private async Task<IndexRun[]> WithoutOverlapAsync(List<(string Name, IndexRun Run)> found, CancellationToken cancellation)
    {
        var kept = new List<IndexRun>();
        var covered = new HashSet<PackNumber>();
        foreach (var (name, run) in found.OrderByDescending(one => one.Run.Packs.Length))
        {
            var packs = run.Packs.ToArray().Select(pack => pack.Number).ToArray();
            if (packs.Any(covered.Contains))
            {
                await run.DisposeAsync();
                await volume.DeleteAsync(name, cancellation);
                continue;
            }

            covered.UnionWith(packs);
            kept.Add(run);
        }

        return [.. kept.OrderByDescending(LatestPack)];
    }

    private async Task<IndexRun> WriteAsync(IEnumerable<PackEntry> sorted, IndexedPack[] packs)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Folder}/{Prefix}{fence:x8}-{++_counter:x8}{Extension}");
        var temporary = name + TemporaryExtension;
        try
        {
            await using var file = await volume.CreateAsync(temporary, CancellationToken.None);
            await IndexRunWriter.WriteAsync(file, repository, kind, sorted, packs);
        }
        catch (VolumeFullException)
        {
            await volume.DeleteAsync(temporary, CancellationToken.None);
            throw;
        }

        await volume.RenameAsync(temporary, name, CancellationToken.None);
        var written = await volume.OpenAsync(name, append: false, CancellationToken.None);
        return await IndexRun.TryOpenAsync(written, repository, kind, CancellationToken.None) ?? throw RepositoryErrors.IndexDamaged(name, "it reads otherwise than it was written");
    }

    private IndexRun[]? MergeCandidates() =>
        _all.Where(run => !run.IsDamaged).GroupBy(TierOf).Where(tier => tier.Count() >= MergeWidth).OrderBy(tier => tier.Key).FirstOrDefault()?.ToArray();

    private async Task MergeAsync(IndexRun[] runs)
    {
        var packs = runs.SelectMany(run => run.StandingPacks).OrderBy(pack => pack.Number).ToArray();
        var merged = await WriteAsync(IndexRunWriter.Merge(runs), packs);
        _all = [.. _all.Except(runs).Append(merged).OrderByDescending(LatestPack)];
        await volume.SyncFolderAsync(Folder, CancellationToken.None);
        foreach (var run in runs) await DropAsync(run);
    }

    private int TierOf(IndexRun run) => BitOperations.Log2((ulong)Math.Max(1, run.Count / runEntriesMin)) / 3;

    private static PackNumber LatestPack(IndexRun run) => run.Packs.Length == 0 ? default : run.Packs.Span[^1].Number;
}
