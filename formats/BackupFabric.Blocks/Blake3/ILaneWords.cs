namespace BackupFabric.Blocks.Blake3;

/// <summary>
/// A vector of 32-bit words, one per lane, and what BLAKE3 does with it. Implementations are empty structs,
/// so that the generic kernel is compiled once per width with everything inlined.
/// </summary>
internal unsafe interface ILaneWords<TVector>
    where TVector : unmanaged
{
    static abstract TVector Spread(uint word);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Xor(TVector left, TVector right);

    static abstract TVector RotateRight16(TVector words);

    static abstract TVector RotateRight12(TVector words);

    static abstract TVector RotateRight8(TVector words);

    static abstract TVector RotateRight7(TVector words);

    /// <summary>Reads 64 bytes at <paramref name="offset"/> of every lane's input: message word i of all lanes goes to <paramref name="message"/>[i].</summary>
    static abstract void LoadMessage(long* inputs, nint offset, TVector* message);
}
