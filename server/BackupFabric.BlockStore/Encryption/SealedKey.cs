using System.Security.Cryptography;

namespace BackupFabric.BlockStore.Encryption;

/// <summary>A few bytes under a key, with a random nonce: nonce, ciphertext, tag. For keys; records have an envelope of their own.</summary>
internal static class SealedKey
{
    public const int NonceSize = 12;
    public const int TagSize = 16;
    public const int Overhead = NonceSize + TagSize;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound, FillRandom random)
    {
        var sealedBytes = new byte[plain.Length + Overhead];
        var nonce = sealedBytes.AsSpan(0, NonceSize);
        random(nonce);
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceSize, plain.Length), sealedBytes.AsSpan(NonceSize + plain.Length), bound);
        return sealedBytes;
    }

    /// <summary>False when it was not sealed under this key for this purpose; the destination is cleared then.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> bound, Span<byte> plain)
    {
        if (sealedBytes.Length != plain.Length + Overhead) return false;
        using var cipher = new AesGcm(key, TagSize);
        try
        {
            cipher.Decrypt(sealedBytes[..NonceSize], sealedBytes.Slice(NonceSize, plain.Length), sealedBytes[(NonceSize + plain.Length)..], plain, bound);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
