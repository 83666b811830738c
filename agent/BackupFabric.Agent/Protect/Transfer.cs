using System.Threading.Channels;
using BackupFabric.Agent.Orders;
using BackupFabric.Agent.Ports;
using BackupFabric.Blocks;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Protect;

/// <summary>Brings the disks of one snapshot to the server over one stream, up to but without the commit.</summary>
internal sealed class Transfer
{
    private readonly PushStream _push;
    private readonly IReadOnlyList<ISnapshotDisk> _disks;
    private readonly SpanMemory _memory;
    private readonly TransferLimits _limits;
    private readonly JobMeter _meter;
    private readonly CuttingRules _rules;
    private readonly IdKey _key;
    private readonly BaseLayout _layout;

    public Transfer(PushStream push, IReadOnlyList<ISnapshotDisk> disks, SpanMemory memory, TransferLimits limits, JobMeter meter)
    {
        (_push, _disks, _memory, _limits, _meter) = (push, disks, memory, limits, meter);
        var terms = push.Began.Cutting;
        _rules = new CuttingRules(
            terms.Seed, (int)terms.LeastClusters, (int)terms.AverageClusters, (int)terms.GreatestClusters, (int)terms.SpanClusters, (int)terms.ZeroRunClusters);
        _key = new IdKey(push.Began.IdKey.Span);
        _layout = new BaseLayout(push, _rules);
    }

    /// <summary>The disks whose change tracking lied.</summary>
    public async Task<List<int>> AuditAsync(IReadOnlyList<DiskPlan> plans, Random chance, CancellationToken cancellation)
    {
        var audit = new ChangeAudit(_layout, _rules, _key, _limits, chance, _meter);
        var liars = new List<int>();
        for (var disk = 0; disk < plans.Count; disk++)
        {
            if (!plans[disk].IsFull && HasBase(disk) && !await audit.HoldsAsync(disk, plans[disk], _disks[disk], cancellation)) liars.Add(disk);
        }

        return liars;
    }

    public async Task SendAsync(IReadOnlyList<DiskPlan> plans, CancellationToken cancellation)
    {
        var actual = await WithBasesAsync(plans, cancellation);
        _meter.SetWork(actual.Sum(p => p.Work.TotalLength));
        var codec = (BlockCodec)_push.Began.Codec;
        using var bench = new CpuBench(_limits.Workers, _rules, codec, LevelOf(codec, _push.Began.CodecLevel));
        var sender = new SpanSender(_push, _disks, _key, codec, bench, _memory, _limits, _meter);
        var queue = Channel.CreateBounded<(SpanWork Work, long Bytes)>(_limits.SpansInFlight);

        var workers = Enumerable.Repeat<Func<CancellationToken, Task>>(token => SendQueuedAsync(sender, queue.Reader, token), _limits.SpansInFlight);
        await TaskGroup.AllAsync(workers.Append(token => ScheduleAsync(actual, queue.Writer, token)), cancellation);
    }

    // A later server may name a level that this agent does not know: the default packs as well.
    private static int LevelOf(BlockCodec codec, int level) => BlockSealer.HasLevel(codec, level) ? level : 0;

    private bool HasBase(int disk) => disk < _push.Began.HasBase.Count && _push.Began.HasBase[disk];

    // A base that the server has lost makes the read a full one.
    private async Task<List<DiskPlan>> WithBasesAsync(IReadOnlyList<DiskPlan> plans, CancellationToken cancellation)
    {
        var actual = new List<DiskPlan>(plans.Count);
        for (var disk = 0; disk < plans.Count; disk++)
        {
            actual.Add(plans[disk].IsFull || HasBase(disk)
                ? plans[disk]
                : DiskPlan.Full(plans[disk].DiskKey, plans[disk].Length, await _disks[disk].AllocatedAsync(cancellation)));
        }

        return actual;
    }

    private async Task SendQueuedAsync(SpanSender sender, ChannelReader<(SpanWork Work, long Bytes)> queue, CancellationToken cancellation)
    {
        await foreach (var (work, bytes) in queue.ReadAllAsync(cancellation))
        {
            await sender.SendAsync(work, cancellation);
            _meter.Done(bytes);
        }
    }

    private async Task ScheduleAsync(List<DiskPlan> plans, ChannelWriter<(SpanWork Work, long Bytes)> queue, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = _limits.DisksAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, plans.Count), options, async (disk, token) =>
        {
            _meter.Detail = _disks[disk].Location;
            if (plans[disk].IsFull) await ScheduleFullAsync(disk, plans[disk], queue, token);
            else await ScheduleChangedAsync(disk, plans[disk], queue, token);
        });
        queue.Complete();
    }

    private async Task ScheduleFullAsync(int disk, DiskPlan plan, ChannelWriter<(SpanWork Work, long Bytes)> queue, CancellationToken cancellation)
    {
        foreach (var (span, ranges) in SpanSchedule.Touched(plan.Work, _rules))
        {
            await queue.WriteAsync((SpanSchedule.Full(disk, span, ranges, plan.Length, _rules), BytesOf(ranges)), cancellation);
        }
    }

    private async Task ScheduleChangedAsync(int disk, DiskPlan plan, ChannelWriter<(SpanWork Work, long Bytes)> queue, CancellationToken cancellation)
    {
        var baseLength = plan.BaseLength!.Value;
        foreach (var touched in SpanSchedule.Touched(plan.Work, _rules).Chunk(BaseLayout.SpansMax))
        {
            var layouts = await _layout.OfAsync(disk, baseLength, [.. touched.Select(t => t.Span)], cancellation);
            for (var i = 0; i < touched.Length; i++)
            {
                var (span, ranges) = touched[i];
                var work = SpanSchedule.Changed(disk, span, ranges, layouts[i], baseLength, plan.Length, _rules);
                await queue.WriteAsync((work, BytesOf(ranges)), cancellation);
            }
        }
    }

    private static long BytesOf(List<DiskRange> ranges) => ranges.Sum(r => r.Length);
}
