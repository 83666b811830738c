namespace BackupFabric.Blocks.Blake3;

/// <summary>Up to 16 equally long inputs that are hashed side by side.</summary>
internal unsafe struct LaneBatch
{
    public const int Capacity = 16;

    /// <summary>Addresses; the caller keeps the memory fixed.</summary>
    public fixed long Inputs[Capacity];
    public fixed uint CounterLow[Capacity];
    public fixed uint CounterHigh[Capacity];
    public fixed uint Flags[Capacity];

    public void Set(int lane, byte* input, ulong counter, uint flags)
    {
        Inputs[lane] = (long)input;
        CounterLow[lane] = (uint)counter;
        CounterHigh[lane] = (uint)(counter >> 32);
        Flags[lane] = flags;
    }

    public void Repeat(int lane, int source)
    {
        Inputs[lane] = Inputs[source];
        CounterLow[lane] = CounterLow[source];
        CounterHigh[lane] = CounterHigh[source];
        Flags[lane] = Flags[source];
    }
}
