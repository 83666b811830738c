namespace BackupFabric.Agent.Lab.Guests;

/// <summary>A disk's content from a seed: so many bytes used, in runs strewn over the disk, half random, some text, some zero.</summary>
internal sealed class SeededContent
{
    public const int UnitSize = 1024 * 1024;
    private const int ChunkSize = 64 * 1024;

    private readonly ulong _seed;
    private readonly bool[] _used;

    public SeededContent(ulong seed, long length, long usedBytes)
    {
        _seed = seed;
        _used = new bool[(length + UnitSize - 1) / UnitSize];
        ChooseUnits(Math.Min(_used.Length, usedBytes / UnitSize));
    }

    public IEnumerable<long> UsedUnits => Enumerable.Range(0, _used.Length).Where(i => _used[i]).Select(i => (long)i * UnitSize);

    public void Read(long offset, Span<byte> target)
    {
        while (target.Length > 0)
        {
            int here = (int)Math.Min(target.Length, ChunkSize - (offset % ChunkSize));
            long chunk = offset / ChunkSize;
            WriteKind kind = _used[offset / UnitSize] ? KindOf(chunk) : WriteKind.Zero;
            WritePattern.Fill(kind, SplitMix.At(_seed, (ulong)chunk), offset % ChunkSize, target[..here]);
            target = target[here..];
            offset += here;
        }
    }

    private WriteKind KindOf(long chunk) => (SplitMix.At(~_seed, (ulong)chunk) % 10) switch
    {
        < 5 => WriteKind.Random,
        < 9 => WriteKind.Text,
        _ => WriteKind.Zero,
    };

    /// <summary>Runs of 1 to 16 units at random places until enough are used.</summary>
    private void ChooseUnits(long wanted)
    {
        SplitMix random = new(_seed);
        for (long chosen = 0; chosen < wanted;)
        {
            long start = random.Below(_used.Length);
            long run = Math.Min(1 + random.Below(16), wanted - chosen);
            for (long i = 0; run > 0 && i < _used.Length; i++)
            {
                ref bool unit = ref _used[(start + i) % _used.Length];
                if (unit)
                    continue;
                unit = true;
                chosen++;
                run--;
            }
        }
    }
}
