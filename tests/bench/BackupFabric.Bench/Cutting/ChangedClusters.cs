using System.Text.Json;
using BackupFabric.Blocks;

namespace BackupFabric.Bench.Cutting;

/// <summary>The changed ranges of one day (the "ranges" of a data set's vm1-dayN.json), as clusters of each span.</summary>
internal static class ChangedClusters
{
    public static SortedDictionary<long, List<(int Start, int End)>> Read(string file, CuttingRules rules)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var spans = new SortedDictionary<long, List<(int Start, int End)>>();
        foreach (var range in json.RootElement.GetProperty("ranges").EnumerateArray())
        {
            var offset = range.GetProperty("offset").GetInt64();
            var first = offset / Cluster.Size;
            var end = Cluster.Covering(offset + range.GetProperty("length").GetInt64());
            while (first < end)
            {
                var span = first / rules.SpanClusters;
                var until = Math.Min(end, (span + 1) * rules.SpanClusters);
                if (!spans.TryGetValue(span, out var list)) spans.Add(span, list = []);
                list.Add(((int)(first - span * rules.SpanClusters), (int)(until - span * rules.SpanClusters)));
                first = until;
            }
        }

        return spans;
    }
}
