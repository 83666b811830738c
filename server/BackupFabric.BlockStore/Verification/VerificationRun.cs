using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Verification;

/// <summary>One call of verification: the small files, then packs in order as far as its share goes, then, when the cycle is complete, everything that points reach.</summary>
internal sealed class VerificationRun : IAsyncDisposable
{
    /// <summary>A position is saved so often while a share is read; what a crash loses is read again.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1);

    private readonly RepositoryParts _parts;
    private readonly VerificationOptions _options;
    private readonly IProgress<VerificationProgress>? _progress;
    private readonly FindingList _findings = new();
    private readonly Healer? _healer;
    private readonly FileCheck _files;
    private readonly SweepCrew _crew;
    private readonly RecordProof _again;
    private VerificationPlan _plan = null!;
    private VerificationCycle _cycle = null!;
    private BytePace? _pace;
    private long _saved;
    private long _bytesDone;
    private int _packs;
    private bool _stopped;

    public VerificationRun(RepositoryParts parts, VerificationOptions options, IProgress<VerificationProgress>? progress)
    {
        (_parts, _options, _progress) = (parts, options, progress);
        _healer = options.HealFrom is { } source ? new(parts, source.Parts, parts.NodeBytesMax) : null;
        _files = new(parts, _findings);
        var (key, rules) = (parts.Identity.Keys.Blocks, parts.Identity.Rules);
        RecordProof NewProof() => new(parts.Data, key, rules.GreatestBytes);
        _again = NewProof();
        _crew = new(
            options.Workers > 0 ? options.Workers : Environment.ProcessorCount,
            NewProof,
            PackFormat.RecordSize(Math.Max(rules.GreatestBytes, parts.NodeBytesMax) + RecordEnvelope.Size));
    }

    private bool IsShareDone => _bytesDone > 0 && _bytesDone >= _plan.Bytes;

    public async Task<VerificationReport> RunAsync(CancellationToken cancellation)
    {
        await PlanAsync(cancellation);
        await _files.CheckRootAsync(cancellation);
        await _files.CheckManifestsAsync(_healer, cancellation);
        await _files.CheckTrashAsync(cancellation);
        if (_cycle.DataDone == default && _cycle.NodesDone == default) await CheckIndexAsync(cancellation);
        await SweepAsync(cancellation);
        await HealSetAsideAsync(cancellation);
        var (hurt, proven) = _cycle.IsComplete || _parts.Verified.SetAside().Count > 0 ? await WalkAsync(cancellation) : ([], []);
        if (_healer is not null) await _healer.MakeDurableAsync(cancellation);
        await SaveEndAsync(proven);
        return new(
            _packs, _crew.Blocks, _crew.Nodes, _bytesDone, _crew.BytesDecoded, _findings.Listed, _findings.Total, hurt, [.. proven.Select(proof => proof.PointId)], _healer?.Healed ?? 0, _cycle.IsComplete);
    }

    public async ValueTask DisposeAsync()
    {
        await _crew.DisposeAsync();
        _again.Dispose();
    }

    private async Task PlanAsync(CancellationToken cancellation)
    {
        await WriteOutAsync(cancellation);
        var memory = _parts.Verified;
        // Known first: a pack that is sealed or merged in between is in both then.
        var (dataKnown, nodesKnown) = (_parts.Data.Index.KnownPacks(), _parts.MapPacks.Index.KnownPacks());
        var (data, nodes) = (await _parts.Data.ListAsync(cancellation), await _parts.MapPacks.ListAsync(cancellation));
        _plan = VerificationPlan.For(_options.Share < 1 ? memory.Cycle : null, data, nodes, dataKnown, nodesKnown, _options.Share, _parts.Time.GetUtcNow());
        _cycle = _plan.Cycle;
        _pace = _options.BytesPerSecond is { } rate ? new(rate, _parts.Time) : null;
        _saved = _parts.Time.GetTimestamp();
    }

    /// <summary>What is in the writers' buffers of committed points was flushed by the commit; the rest is for the next cycle if there is no room for it.</summary>
    private async Task WriteOutAsync(CancellationToken cancellation)
    {
        try
        {
            await _parts.Data.WriteOutAsync(cancellation);
            await _parts.MapPacks.WriteOutAsync(cancellation);
        }
        catch (VolumeFullException)
        {
            // Reading needs no room.
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        await SweepAsync(PackKind.Data, _parts.Data, cancellation);
        await SweepAsync(PackKind.Map, _parts.MapPacks, cancellation);
    }

    private async Task SweepAsync(PackKind kind, PackSet packs, CancellationToken cancellation)
    {
        foreach (var pack in _plan.MissingOf(kind)) await new PackSweep(packs, kind, pack, _findings).SettleMissingAsync();
        foreach (var region in _plan.Of(kind))
        {
            if (_stopped || IsShareDone)
            {
                _stopped = true;
                return;
            }

            await SweepPackAsync(kind, packs, region, cancellation);
            await SaveSetAsideAsync();
            if (_options.Share < 1 && _parts.Time.GetElapsedTime(_saved) >= SaveInterval) await SaveCycleAsync();
        }

        if (!_stopped) _cycle = _cycle.At(kind, _cycle.EndOf(kind));
    }

    private async Task SweepPackAsync(PackKind kind, PackSet packs, PackRegion region, CancellationToken cancellation)
    {
        var sweep = new PackSweep(packs, kind, region.Pack, _findings);
        var before = _bytesDone;
        var position = region.From;
        OperationCanceledException? cancelled = null;
        try
        {
            position = await ReadAsync(sweep, packs, region, reached => position = reached, cancellation);
        }
        catch (FileNotFoundException)
        {
            await sweep.SettleMissingAsync();
            position = region.To;
        }
        catch (OperationCanceledException stop)
        {
            cancelled = stop;
        }

        // What is in the workers' hands is finished, so that nothing found is forgotten and the position is true.
        await _crew.DrainAsync();
        await sweep.SettleAsync(_again);
        _packs++;
        _stopped = position < region.To;
        // Header, table and dead space count as read with the pack.
        if (!_stopped) _bytesDone = before + region.Bytes;
        _cycle = _cycle.At(kind, new(region.Pack, _stopped || region.Pack == _cycle.EndOf(kind).Pack ? position : long.MaxValue));
        if (cancelled is null) return;
        await SaveSetAsideAsync();
        if (_options.Share < 1) await SaveCycleAsync();
        throw cancelled;
    }

    /// <summary>Hands the records of a region to the workers, a window at a time; how far it came: the region's end, or the next record.</summary>
    private async Task<long> ReadAsync(PackSweep sweep, PackSet packs, PackRegion region, Action<long> reached, CancellationToken cancellation)
    {
        // A pack that a backup was just beginning: nothing was in it.
        if (region.To <= PackFormat.HeaderSize && !await packs.KnowsAsync(region.Pack)) return region.To;
        // Asked before the file is opened: what is sealed in between has its table then.
        var written = packs.WrittenOf(region.Pack);
        await using var file = await packs.OpenPackAsync(region.Pack, cancellation);
        var all = await sweep.EntriesAsync(file, written, cancellation);
        var entries = all.Where(entry => entry.Place.Offset >= region.From && entry.Place.Offset < region.To && Fits(sweep, entry)).ToArray();
        for (var first = 0; first < entries.Length;)
        {
            reached(entries[first].Place.Offset);
            if (IsShareDone) return entries[first].Place.Offset;
            var window = await _crew.RentAsync(cancellation);
            var wanted = window.Take(sweep, entries, first);
            try
            {
                if (_pace is not null) await _pace.PassAsync(wanted, cancellation);
                window.Length = await file.ReadAsync(window.FileOffset, window.Buffer.AsMemory(0, wanted), cancellation);
                _crew.Post(window);
            }
            catch (Exception fault)
            {
                _crew.Return(window);
                if (fault is not IOException) throw;
                // Each of its records is read again by itself: one bad place does not take its neighbours with it.
                foreach (var entry in entries.AsSpan(first, window.Count)) sweep.Damaged(entry, $"the volume cannot read it ({fault.Message.TrimEnd('.')})");
            }

            first += window.Count;
            _bytesDone += wanted;
            _progress?.Report(new(_bytesDone, _plan.Bytes));
        }

        return region.To;
    }

    private bool Fits(PackSweep sweep, in PackEntry entry)
    {
        if (entry.Place.PayloadLength >= 0 && PackFormat.RecordSize(entry.Place.PayloadLength) <= _crew.WindowLength) return true;
        sweep.Damaged(entry, $"it says that its payload has {entry.Place.PayloadLength} bytes");
        return false;
    }

    private async Task CheckIndexAsync(CancellationToken cancellation)
    {
        foreach (var packs in new[] { _parts.Data, _parts.MapPacks })
        {
            foreach (var run in packs.Index.Runs.All)
            {
                if (await run.CheckAsync(cancellation) is { } fault) _findings.Add(RepositoryErrors.IndexDamaged(run.FileName, fault));
                _pace?.Charge(run.Count * Index.IndexRunFormat.EntrySize);
            }

            await packs.RepairIndexAsync(cancellation);
        }
    }

    private async Task HealSetAsideAsync(CancellationToken cancellation)
    {
        if (_healer is null) return;
        foreach (var record in _parts.Verified.SetAside())
        {
            if (record.IsMapNode) await _healer.TryNodeAsync(record.Id, cancellation);
            else await _healer.TryBlockAsync(record.Id, cancellation);
        }
    }

    /// <summary>Which points are hurt, and, when the cycle is complete, which are proven.</summary>
    private async Task<(List<PointDamage> Hurt, List<PointProof> Proven)> WalkAsync(CancellationToken cancellation)
    {
        var walk = new ReachWalk(_parts, _cycle, _healer, _findings);
        var (hurt, proven) = (new List<PointDamage>(), new List<PointProof>());
        foreach (var lease in Leases())
        {
            using var held = lease;
            var point = held.Point;
            var damage = new List<PointDamage>();
            var isProven = _cycle.IsComplete && !_files.Unreadable.Contains(point.PointId);
            foreach (var disk in point.Disks)
            {
                var reach = await walk.DiskAsync(disk, cancellation);
                isProven &= !reach.IsUnproven;
                if (reach.Ranges > 0) damage.Add(new(point.PointId, point.VmName, disk.DiskKey, reach.Bytes, reach.Ranges));
            }

            hurt.AddRange(damage);
            if (isProven) proven.Add(new(point.PointId, _cycle.Began, _parts.Time.GetUtcNow()));
        }

        return (hurt, proven);
    }

    /// <summary>Every point, deleted ones that can still be taken back included, held while it is walked; one that was purged meanwhile is left out.</summary>
    private IEnumerable<PointLease> Leases()
    {
        foreach (var id in _parts.Points.All().Select(point => point.PointId).Concat(_parts.Points.Trash().Select(trashed => trashed.Point.PointId)).Distinct())
        {
            if (_parts.Holds.TryLease(id) is { } lease) yield return lease;
        }
    }

    /// <summary>Damage first, then what is derived from there being none, then the position: a crash in between repeats, and never claims too much.</summary>
    private async Task SaveEndAsync(List<PointProof> proven)
    {
        await SaveSetAsideAsync();
        if (!_cycle.IsComplete)
        {
            await SaveCycleAsync();
            return;
        }

        await SavingAsync(() => _parts.Verified.SaveProofsAsync(proven, id => _parts.Points.Find(id) is not null || _parts.Points.FindTrashed(id) is not null));
        await SavingAsync(() => _parts.Verified.SaveCycleAsync(null));
    }

    private Task SaveSetAsideAsync() => SavingAsync(_parts.Verified.SaveSetAsideAsync);

    private async Task SaveCycleAsync()
    {
        await SavingAsync(() => _parts.Verified.SaveCycleAsync(_cycle));
        _saved = _parts.Time.GetTimestamp();
    }

    private async Task SavingAsync(Func<Task> save)
    {
        if (_parts.IsReadOnly) return;
        try
        {
            await _parts.Ownership.ConfirmAsync(CancellationToken.None);
            await save();
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }
}
