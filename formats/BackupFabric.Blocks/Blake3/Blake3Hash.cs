using System.Text;

namespace BackupFabric.Blocks.Blake3;

/// <summary>
/// BLAKE3 in its three modes, at any output length. The widest vector instructions of the processor are used.
/// </summary>
public static class Blake3Hash
{
    /// <summary>Usual length of an output.</summary>
    public const int Size = 32;

    public static void Plain(ReadOnlySpan<byte> input, Span<byte> output) => TreeHash.Hash(HashMode.Plain, Blake3Paths.Best, input, output);

    /// <summary>Hash under a key of 32 bytes: a MAC.</summary>
    public static void Keyed(ReadOnlySpan<byte> key32, ReadOnlySpan<byte> input, Span<byte> output) =>
        TreeHash.Hash(HashMode.Keyed(key32), Blake3Paths.Best, input, output);

    /// <summary>A key made from key material. The context is a constant of the program, worldwide unique, never data.</summary>
    public static void DeriveKey(string context, ReadOnlySpan<byte> material, Span<byte> output) =>
        DeriveKey(Blake3Paths.Best, context, material, output);

    internal static void DeriveKey(Blake3Path path, string context, ReadOnlySpan<byte> material, Span<byte> output)
    {
        Span<byte> contextKey = stackalloc byte[HashMode.KeySize];
        TreeHash.Hash(HashMode.DeriveKeyContext, path, Encoding.UTF8.GetBytes(context), contextKey);
        TreeHash.Hash(HashMode.DeriveKeyMaterial(contextKey), path, material, output);
    }
}
