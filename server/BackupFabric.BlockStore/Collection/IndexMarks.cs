using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Collection;

/// <summary>
/// Which records of one kind are needed, as bits over the runs that a collection began with. Of several copies of a block the latest that is not known to be damaged is
/// needed, the others are not; when all are damaged, all are kept.
/// </summary>
internal sealed class IndexMarks(BlockIndex index, IndexRun[] runs)
{
    private readonly RunMarks[] _marks = [.. runs.Select(run => new RunMarks(run))];
    private long _missing;

    /// <summary>Ids that are in no pack.</summary>
    public long Missing => Interlocked.Read(ref _missing);

    /// <summary>Every pack that may be collected: sealed, and in a run, when the collection began.</summary>
    public IReadOnlyList<PackFigures> Packs() => [.. _marks.SelectMany(marks => marks.Packs())];

    public RunMarks MarksOf(PackNumber pack) => _marks.First(marks => marks.Run.Covers(pack));

    /// <summary>Marks the ids of a batch and empties it. Thread-safe, with one batch for each caller.</summary>
    public void Mark(MarkBatch batch)
    {
        Array.Sort(batch.Keys, batch.Ids, 0, batch.Count);
        var left = batch.Count;
        foreach (var marks in _marks)
        {
            if (left == 0) break;
            left = MarkIn(marks, batch, left);
        }

        for (var i = 0; i < left; i++) MarkElsewhere(batch, batch.Keys[i], batch.Ids[i]);
        batch.Count = 0;
    }

    /// <summary>Moves what the run does not hold whole to the front, in order; returns how many.</summary>
    private int MarkIn(RunMarks marks, MarkBatch batch, int count)
    {
        var cursor = batch.CursorOf(marks.Run);
        var left = 0;
        for (var i = 0; i < count; i++)
        {
            var (key, id) = (batch.Keys[i], batch.Ids[i]);
            if (cursor.TryFind(key, id, out var hit) && !index.IsDamaged(hit.Place))
            {
                if (marks.Set(hit)) batch.New?.Add(new(id, hit.Place));
                continue;
            }

            (batch.Keys[left], batch.Ids[left]) = (key, id);
            left++;
        }

        return left;
    }

    /// <summary>In a pack that was not sealed when the collection began, and is thereby not collected; or in damaged copies only; or nowhere.</summary>
    private void MarkElsewhere(MarkBatch batch, ulong key, in BlockId id)
    {
        if (index.TryFind(id, out var place))
        {
            batch.New?.Add(new(id, place));
            return;
        }

        var found = false;
        foreach (var marks in _marks)
        {
            if (!batch.CursorOf(marks.Run).TryFind(key, id, out var damaged)) continue;
            if (marks.Set(damaged)) batch.New?.Add(new(id, damaged.Place));
            found = true;
        }

        if (!found && !index.TryFindDamaged(id, out _)) Interlocked.Increment(ref _missing);
        if (!found) batch.New?.Add(new(id, default));
    }
}
