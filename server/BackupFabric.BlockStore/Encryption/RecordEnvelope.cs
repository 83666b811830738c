using System.Buffers.Binary;

namespace BackupFabric.BlockStore.Encryption;

/// <summary>
/// What follows the ciphertext: salt, sequence, tag. Behind it and not before it, so that a record is decrypted where it was read, into the front of the reader's buffer.
/// FORMAT.md section "Encrypted records".
/// </summary>
internal static class RecordEnvelope
{
    public const int SaltSize = 16;
    public const int TagSize = 16;
    public const int NonceSize = 12;
    public const int Size = SaltSize + sizeof(ulong) + TagSize;

    /// <summary>The flag of an encrypted record, of an encrypted manifest and of an encrypted repository's file.</summary>
    public const byte Flag = 1;

    private const int KeyShift = 48;

    /// <summary>The counter has the lower six bytes of the sequence.</summary>
    public const long CounterMax = (1L << KeyShift) - 1;

    public static void WriteName(Span<byte> envelope, in CipherName name, long counter)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(envelope, name.Salt);
        BinaryPrimitives.WriteUInt64LittleEndian(envelope[SaltSize..], (ulong)name.Key << KeyShift | (ulong)counter);
    }

    public static CipherName NameIn(ReadOnlySpan<byte> envelope) =>
        new((int)(BinaryPrimitives.ReadUInt64LittleEndian(envelope[SaltSize..]) >> KeyShift), BinaryPrimitives.ReadUInt128LittleEndian(envelope));

    /// <summary>Under one salt a sequence is used once; the rest of the nonce is zero.</summary>
    public static void CopyNonce(ReadOnlySpan<byte> envelope, Span<byte> nonce)
    {
        nonce[..NonceSize].Clear();
        envelope.Slice(SaltSize, sizeof(ulong)).CopyTo(nonce);
    }

    public static Span<byte> TagOf(Span<byte> envelope) => envelope.Slice(Size - TagSize, TagSize);
}

/// <summary>Which key a record is sealed under: a data key, and the salt that makes another key of it for every opening of the repository.</summary>
internal readonly record struct CipherName(int Key, UInt128 Salt);
