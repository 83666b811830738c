using System.Runtime.CompilerServices;

namespace BackupFabric.Blocks.Blake3;

/// <summary>The compression function on as many inputs as a vector has lanes.</summary>
internal static unsafe class LaneKernel<TVector, TWords>
    where TVector : unmanaged
    where TWords : struct, ILaneWords<TVector>
{
    private const int CacheLine = 64;

    /// <summary>
    /// Hashes <paramref name="blocks"/> blocks of every lane's input and writes the chaining values, 32 bytes per lane, one after another.
    /// <paramref name="first"/> and <paramref name="last"/> are flags for the first and the last block.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Hash(LaneBatch* batch, int blocks, uint* key, uint first, uint last, byte* values)
    {
        // A vector that straddles cache lines costs two loads each time; there are 112 of them per block.
        var space = stackalloc byte[16 * sizeof(TVector) + CacheLine];
        var m = (TVector*)(((nuint)space + CacheLine - 1) & ~(nuint)(CacheLine - 1));
        var iv = HashMode.InitialWords;
        TVector v0 = TWords.Spread(key[0]), v1 = TWords.Spread(key[1]), v2 = TWords.Spread(key[2]), v3 = TWords.Spread(key[3]);
        TVector v4 = TWords.Spread(key[4]), v5 = TWords.Spread(key[5]), v6 = TWords.Spread(key[6]), v7 = TWords.Spread(key[7]);
        fixed (byte* schedule = Compression.Schedule)
        {
            for (var block = 0; block < blocks; block++)
            {
                TWords.LoadMessage(batch->Inputs, block * Compression.BlockSize, m);
                var position = (block == 0 ? first : 0) | (block == blocks - 1 ? last : 0);
                TVector v8 = TWords.Spread(iv[0]), v9 = TWords.Spread(iv[1]), v10 = TWords.Spread(iv[2]), v11 = TWords.Spread(iv[3]);
                TVector v12 = *(TVector*)batch->CounterLow, v13 = *(TVector*)batch->CounterHigh;
                TVector v14 = TWords.Spread(Compression.BlockSize), v15 = TWords.Xor(*(TVector*)batch->Flags, TWords.Spread(position));
                for (var s = schedule; s < schedule + 16 * Compression.Rounds; s += 16)
                {
                    MixFour(m, s, ref v0, ref v1, ref v2, ref v3, ref v4, ref v5, ref v6, ref v7, ref v8, ref v9, ref v10, ref v11, ref v12, ref v13, ref v14, ref v15);
                    MixFour(m, s + 8, ref v0, ref v1, ref v2, ref v3, ref v5, ref v6, ref v7, ref v4, ref v10, ref v11, ref v8, ref v9, ref v15, ref v12, ref v13, ref v14);
                }

                v0 = TWords.Xor(v0, v8);
                v1 = TWords.Xor(v1, v9);
                v2 = TWords.Xor(v2, v10);
                v3 = TWords.Xor(v3, v11);
                v4 = TWords.Xor(v4, v12);
                v5 = TWords.Xor(v5, v13);
                v6 = TWords.Xor(v6, v14);
                v7 = TWords.Xor(v7, v15);
            }
        }

        m[0] = v0;
        m[1] = v1;
        m[2] = v2;
        m[3] = v3;
        m[4] = v4;
        m[5] = v5;
        m[6] = v6;
        m[7] = v7;
        Scatter((uint*)m, (uint*)values);
    }

    /// <summary>Half a round: four independent mixes in lock step, so that neighbouring instructions do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MixFour(
        TVector* m, byte* s,
        ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3,
        ref TVector b0, ref TVector b1, ref TVector b2, ref TVector b3,
        ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3,
        ref TVector d0, ref TVector d1, ref TVector d2, ref TVector d3)
    {
        a0 = TWords.Add(TWords.Add(a0, m[s[0]]), b0);
        a1 = TWords.Add(TWords.Add(a1, m[s[2]]), b1);
        a2 = TWords.Add(TWords.Add(a2, m[s[4]]), b2);
        a3 = TWords.Add(TWords.Add(a3, m[s[6]]), b3);
        d0 = TWords.RotateRight16(TWords.Xor(d0, a0));
        d1 = TWords.RotateRight16(TWords.Xor(d1, a1));
        d2 = TWords.RotateRight16(TWords.Xor(d2, a2));
        d3 = TWords.RotateRight16(TWords.Xor(d3, a3));
        c0 = TWords.Add(c0, d0);
        c1 = TWords.Add(c1, d1);
        c2 = TWords.Add(c2, d2);
        c3 = TWords.Add(c3, d3);
        b0 = TWords.RotateRight12(TWords.Xor(b0, c0));
        b1 = TWords.RotateRight12(TWords.Xor(b1, c1));
        b2 = TWords.RotateRight12(TWords.Xor(b2, c2));
        b3 = TWords.RotateRight12(TWords.Xor(b3, c3));
        a0 = TWords.Add(TWords.Add(a0, m[s[1]]), b0);
        a1 = TWords.Add(TWords.Add(a1, m[s[3]]), b1);
        a2 = TWords.Add(TWords.Add(a2, m[s[5]]), b2);
        a3 = TWords.Add(TWords.Add(a3, m[s[7]]), b3);
        d0 = TWords.RotateRight8(TWords.Xor(d0, a0));
        d1 = TWords.RotateRight8(TWords.Xor(d1, a1));
        d2 = TWords.RotateRight8(TWords.Xor(d2, a2));
        d3 = TWords.RotateRight8(TWords.Xor(d3, a3));
        c0 = TWords.Add(c0, d0);
        c1 = TWords.Add(c1, d1);
        c2 = TWords.Add(c2, d2);
        c3 = TWords.Add(c3, d3);
        b0 = TWords.RotateRight7(TWords.Xor(b0, c0));
        b1 = TWords.RotateRight7(TWords.Xor(b1, c1));
        b2 = TWords.RotateRight7(TWords.Xor(b2, c2));
        b3 = TWords.RotateRight7(TWords.Xor(b3, c3));
    }

    /// <summary>Eight rows of one word per lane become one chaining value per lane.</summary>
    private static void Scatter(uint* rows, uint* values)
    {
        var lanes = sizeof(TVector) / sizeof(uint);
        for (var lane = 0; lane < lanes; lane++)
        {
            for (var word = 0; word < 8; word++) values[lane * 8 + word] = rows[word * lanes + lane];
        }
    }
}
