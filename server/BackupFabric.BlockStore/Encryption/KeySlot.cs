using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupFabric.BlockStore.Identity;

namespace BackupFabric.BlockStore.Encryption;

internal enum KeySlotState
{
    Opened,
    AnotherSecret,

    /// <summary>The secret is this slot's and the key in it is not: somebody changed it.</summary>
    Forged,
}

/// <summary>The ring key under one secret. FORMAT.md section "Secrets".</summary>
internal static class KeySlot
{
    public const string PassphraseKind = "passphrase";
    public const string KeyFileKind = "key-file";
    public const int SaltSize = 16;

    /// <summary>A hash that the secret gives beside the wrapping key: it tells a wrong secret from a changed wrapping.</summary>
    public const int CheckSize = 32;

    public const int WrappedSize = KeyBytes.Size + SealedKey.Overhead;

    /// <summary>A forged slot must not keep an opening busy for hours.</summary>
    public const int IterationsMax = 20_000_000;

    private const int DerivedSize = KeyBytes.Size + CheckSize;

    public static SecretBody Make(int number, RepositorySecret secret, Guid repository, ReadOnlySpan<byte> ringKey, DateTimeOffset addedAt, int iterations, FillRandom random)
    {
        var salt = new byte[SaltSize];
        random(salt);
        var rounds = secret.Kind == SecretKind.Passphrase ? iterations : 0;
        Span<byte> derived = stackalloc byte[DerivedSize];
        secret.Derive(salt, rounds, derived);
        var wrapped = SealedKey.Seal(derived[..KeyBytes.Size], ringKey, BoundTo(repository, number), random);
        var check = derived[KeyBytes.Size..].ToArray();
        CryptographicOperations.ZeroMemory(derived);
        return new(number, KindOf(secret), addedAt, salt, rounds, check, wrapped);
    }

    public static KeySlotState TryOpen(SecretBody slot, RepositorySecret secret, Guid repository, Span<byte> ringKey)
    {
        if (slot.Kind != KindOf(secret)) return KeySlotState.AnotherSecret;
        Span<byte> derived = stackalloc byte[DerivedSize];
        secret.Derive(slot.Salt, slot.Iterations, derived);
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(derived[KeyBytes.Size..], slot.Check)) return KeySlotState.AnotherSecret;
            return SealedKey.TryOpen(derived[..KeyBytes.Size], slot.Wrapped, BoundTo(repository, slot.Number), ringKey) ? KeySlotState.Opened : KeySlotState.Forged;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>Whether a slot has the sizes and bounds that this version writes.</summary>
    public static bool IsSound(SecretBody slot) =>
        slot is { Salt.Length: SaltSize, Check.Length: CheckSize, Wrapped.Length: WrappedSize, Number: > 0 }
        && slot.Kind switch
        {
            PassphraseKind => slot.Iterations is > 0 and <= IterationsMax,
            KeyFileKind => slot.Iterations == 0,
            _ => false,
        };

    public static RepositorySecretInfo InfoOf(SecretBody slot) => new(slot.Number, slot.Kind == PassphraseKind ? SecretKind.Passphrase : SecretKind.KeyFile, slot.AddedAt);

    private static string KindOf(RepositorySecret secret) => secret.Kind == SecretKind.Passphrase ? PassphraseKind : KeyFileKind;

    private static byte[] BoundTo(Guid repository, int number)
    {
        var bound = new byte[20];
        repository.TryWriteBytes(bound, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32LittleEndian(bound.AsSpan(16), number);
        return bound;
    }
}
