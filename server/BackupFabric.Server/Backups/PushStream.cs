using System.Runtime.InteropServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Server.Backups;

/// <summary>
/// One push stream after its beginning. Questions are answered at once, in order; batches go through the lane beside them, and the
/// commit is the barrier: it waits for every batch of the job.
/// </summary>
internal sealed class PushStream(
    PushTerms terms, PushWork work, BlockLane lane, PushReplies replies, PushCommitter committer, BaselineBook baselines, Repository repository)
{
    private const int OfferIdsMax = 4096;
    private const int LayoutSpansMax = 64;

    private readonly int _number = work.NextStream();
    private readonly List<SpanEntry> _entries = [];

    /// <summary>Forgets the stream's spans unless it came to its end in peace.</summary>
    public async Task RunAsync(IAsyncStreamReader<PushMessage> up, CancellationToken ended)
    {
        var whole = false;
        try
        {
            while (await up.MoveNext(ended)) await TakeAsync(up.Current, ended);
            await lane.DrainAsync();
            whole = true;
        }
        finally
        {
            if (!whole) work.Spool.Forget(_number);
        }
    }

    private async Task TakeAsync(PushMessage message, CancellationToken ended)
    {
        if (message.Blocks is { } batch)
        {
            // The lane disposes it.
            await lane.PutAsync(batch, ended);
            return;
        }

        using (message)
        {
            var control = message.Control!;
            switch (control.BodyCase)
            {
                case PushUp.BodyOneofCase.Layout:
                    await replies.SendAsync(new PushDown { Layout = await LayoutAsync(control.Layout, ended) });
                    break;
                case PushUp.BodyOneofCase.Offer:
                    await replies.SendAsync(new PushDown { Need = NeedOf(control.Offer) });
                    break;
                case PushUp.BodyOneofCase.Span:
                    Keep(control.Span);
                    break;
                case PushUp.BodyOneofCase.Commit:
                    await committer.CommitAsync(terms, work, control.Commit, ended);
                    await replies.SendAsync(new PushDown { Committed = new Committed { PointId = terms.Job.PointId.ToString("D") } });
                    break;
                case PushUp.BodyOneofCase.Rebase:
                    await replies.SendAsync(new PushDown { Rebased = await baselines.RebaseAsync(terms.Job, control.Rebase, ended) });
                    break;
                default:
                    throw PushProblems.OutOfTurn($"'{control.BodyCase}'").Because();
            }
        }
    }

    private async Task<LayoutReply> LayoutAsync(LayoutQuery query, CancellationToken ended)
    {
        var disk = DiskAt(query.Disk);
        if (query.Spans.Count > LayoutSpansMax) throw PushProblems.Invalid($"a question for {query.Spans.Count} spans").Because();
        var reply = new LayoutReply { Disk = query.Disk };
        foreach (var span in query.Spans)
        {
            var leaf = terms.Bases[disk] is { } basis && span < (ulong)repository.Rules.SpansOf(basis.Root.Length)
                ? await repository.Maps.LeafAsync(basis.Root, (long)span, ended)
                : ReadOnlyMemory<byte>.Empty;
            reply.Spans.Add(new SpanMap { Disk = query.Disk, Span = span, Entries = UnsafeByteOperations.UnsafeWrap(leaf) });
        }

        return reply;
    }

    private Need NeedOf(Offer offer)
    {
        var bytes = offer.Ids.Span;
        if (bytes.Length % BlockId.Size != 0 || bytes.Length / BlockId.Size > OfferIdsMax)
            throw PushProblems.Invalid($"an offer of {bytes.Length} bytes of ids").Because();
        var ids = MemoryMarshal.Cast<byte, BlockId>(bytes);
        var bitmap = new byte[(ids.Length + 7) / 8];
        work.Session.FindLacking(ids, bitmap);
        return new Need { Sequence = offer.Sequence, Bitmap = UnsafeByteOperations.UnsafeWrap(bitmap) };
    }

    private void Keep(SpanMap span)
    {
        var disk = terms.Disks[DiskAt(span.Disk)];
        var rules = repository.Rules;
        if (span.Span >= (ulong)rules.SpansOf((long)disk.Length)) throw PushProblems.Invalid($"span {span.Span} beyond the end of a disk").Because();
        var clusters = Cluster.Covering((long)disk.Length) - (long)span.Span * rules.SpanClusters;
        if (span.Entries.Length > 0)
        {
            // Refused here, where the sender still is, rather than at the commit.
            _entries.Clear();
            if (!SpanLeaf.TryDecode(span.Entries.Span, (int)Math.Min(clusters, rules.SpanClusters), _entries))
                throw PushProblems.Invalid($"a malformed map of span {span.Span}").Because();
        }

        work.Spool.Put(disk.DiskKey, (long)span.Span, span.Entries.Span, _number);
    }

    private int DiskAt(uint index) =>
        index < terms.Disks.Count ? (int)index : throw PushProblems.Invalid($"disk {index} of {terms.Disks.Count}").Because();
}
