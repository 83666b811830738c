using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Export;

/// <summary>Restores a disk of a recovery point, or a part of it. Every block is hashed before it is written; the first that is not what it should be ends the job.</summary>
public sealed class ExportJob(Repository repository, ExportOptions options)
{
    /// <param name="range">The part that is wanted; the target's first byte is its first. The whole disk when null.</param>
    /// <exception cref="RepositoryException">A block or a map node is missing or damaged.</exception>
    public async Task<ExportReport> RunAsync(ManifestDisk disk, ITargetDisk target, ByteRange? range, IProgress<ExportProgress>? progress, CancellationToken cancellation)
    {
        var within = range ?? new(0, disk.Root.Length);
        if (within.Offset < 0 || within.Length < 0 || within.Length > disk.Root.Length - within.Offset)
            throw RepositoryErrors.RangeInvalid(within.Offset, within.Length, disk.Root.Length);
        var meter = new ExportMeter(Math.Min(disk.ContentBytes, within.Length), progress);
        var workers = new ConcurrentBag<PieceExporter>();
        try
        {
            var bounds = new ParallelOptions { MaxDegreeOfParallelism = options.WorkersOrDefault, CancellationToken = cancellation };
            await Parallel.ForEachAsync(PiecesAsync(disk.Root, within, cancellation), bounds, async (piece, token) =>
            {
                if (!workers.TryTake(out var worker)) worker = new PieceExporter(repository, target, within, meter);
                try
                {
                    await worker.RunAsync(piece, token);
                }
                finally
                {
                    workers.Add(worker);
                }
            });
            await target.FlushAsync(cancellation);
        }
        finally
        {
            foreach (var worker in workers) worker.Dispose();
        }

        return meter.Report;
    }

    private async IAsyncEnumerable<ExportPiece> PiecesAsync(DiskMapRoot root, ByteRange within, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (within.Length == 0) yield break;
        var rules = repository.Rules;
        var entries = new List<SpanEntry>();
        await foreach (var (span, leaf) in repository.Maps.LeavesAsync(root, within.Offset / rules.SpanBytes, cancellation))
        {
            var start = span * rules.SpanBytes;
            if (start >= within.End) yield break;
            if (!SpanLeaf.TryDecode(leaf.Span, rules.ClustersOf(root.Length, span), entries)) throw RepositoryErrors.LeafMalformed(span);
            foreach (var piece in ExportPiece.Of(entries, start, within)) yield return piece;
        }
    }
}
