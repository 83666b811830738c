using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.Blocks.Spans;

namespace BackupFabric.Agent.Protect;

/// <summary>Asks the server how the base of a disk is cut.</summary>
internal sealed class BaseLayout(PushStream push, CuttingRules rules)
{
    /// <summary>Spans in one question.</summary>
    public const int SpansMax = 64;

    /// <summary>The entries of each span, in the order asked. Spans beyond the base's end have none.</summary>
    public async Task<List<List<SpanEntry>>> OfAsync(int disk, long baseLength, IReadOnlyList<long> spans, CancellationToken cancellation)
    {
        var asked = spans.Where(s => s < rules.SpansOf(baseLength)).ToList();
        var layouts = new List<List<SpanEntry>>(spans.Count);
        if (asked.Count > 0)
        {
            var reply = await push.LayoutAsync(disk, asked, cancellation);
            if (reply.Disk != disk || reply.Spans.Count != asked.Count) throw new LayoutUnreadableException(disk);
            for (var i = 0; i < asked.Count; i++)
            {
                if (reply.Spans[i].Span != (ulong)asked[i]) throw new LayoutUnreadableException(disk);
                layouts.Add(Decode(disk, reply.Spans[i].Entries.Span, SpanSchedule.ClustersOf(asked[i], baseLength, rules)));
            }
        }

        // Spans are ascending, so those beyond the end come last.
        while (layouts.Count < spans.Count) layouts.Add([]);
        return layouts;
    }

    private static List<SpanEntry> Decode(int disk, ReadOnlySpan<byte> encoded, int clusters)
    {
        if (encoded.IsEmpty) return [new SpanEntry(clusters, default)];
        var entries = new List<SpanEntry>();
        if (!SpanLeaf.TryDecode(encoded, clusters, entries)) throw new LayoutUnreadableException(disk);
        return entries;
    }
}
