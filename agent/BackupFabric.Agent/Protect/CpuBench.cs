using System.Collections.Concurrent;
using BackupFabric.Blocks;

namespace BackupFabric.Agent.Protect;

/// <summary>
/// The places where blocks are cut, hashed and packed: as many as threads may be busy with it. Whoever waits for disk or network holds none.
/// </summary>
internal sealed class CpuBench(int places, CuttingRules? rules = null, BlockCodec codec = BlockCodec.Lz4, int codecLevel = 0) : IDisposable
{
    private readonly SemaphoreSlim _free = new(places);
    private readonly ConcurrentBag<Place> _places = [];

    public async ValueTask<Place> TakeAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        return _places.TryTake(out var place) ? place : new Place(this, rules, BlockSealer.Of(codec, codecLevel));
    }

    public void Dispose()
    {
        foreach (var place in _places) place.Sealer.Dispose();
        _free.Dispose();
    }

    internal sealed class Place(CpuBench bench, CuttingRules? rules, BlockSealer sealer) : IDisposable
    {
        private readonly Cutter? _cutter = rules is null ? null : new Cutter(rules);

        public BlockSealer Sealer { get; } = sealer;

        public Cutter Cutter => _cutter ?? throw new InvalidOperationException("Nothing is cut at this bench.");

        /// <summary>Gives the place back; it is used again.</summary>
        public void Dispose()
        {
            bench._places.Add(this);
            bench._free.Release();
        }
    }
}
