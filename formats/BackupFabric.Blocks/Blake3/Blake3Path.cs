using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BackupFabric.Blocks.Blake3;

/// <summary>The widest instructions a hash may use; narrower ones serve what does not fill the lanes.</summary>
internal enum Blake3Path
{
    Scalar = 1,
    Vector128 = 4,
    Avx2 = 8,
    Avx512 = 16,
}

internal static class Blake3Paths
{
    /// <summary>What this processor does best; decided once, so that the branches on it are constants to the compiler.</summary>
    public static readonly Blake3Path Best =
        Supports(Blake3Path.Avx512) ? Blake3Path.Avx512
        : Supports(Blake3Path.Avx2) ? Blake3Path.Avx2
        : Supports(Blake3Path.Vector128) ? Blake3Path.Vector128
        : Blake3Path.Scalar;

    public static bool Supports(Blake3Path path) => path switch
    {
        Blake3Path.Avx512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported,
        Blake3Path.Avx2 => Avx2.IsSupported,
        Blake3Path.Vector128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };
}
