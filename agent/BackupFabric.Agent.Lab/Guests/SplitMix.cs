namespace BackupFabric.Agent.Lab.Guests;

/// <summary>SplitMix64: the same numbers from the same seed on every machine and release, and any place of the sequence at once.</summary>
internal struct SplitMix(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    public static ulong At(ulong seed, ulong index) => Mix(seed + (Golden * (index + 1)));

    public ulong Next()
    {
        _state += Golden;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, limit).</summary>
    public long Below(long limit) => (long)(Next() % (ulong)limit);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
