using System.Buffers.Binary;
using System.Security.Cryptography;

namespace BackupFabric.BlockStore.Encryption;

/// <summary>
/// Seals and opens records and manifests with AES-256-GCM. Thread-safe. The key of a record is made of a data key and a salt that is drawn anew for every opening, and its
/// nonce is a counter under that key: so no nonce comes twice under one key, also when a repository was copied and both copies are written, or two owners write one.
/// </summary>
internal sealed class RecordCipher : IDisposable
{
    /// <summary>Records under one salt. 64 TiB in blocks of 64 KiB: far below what AES-GCM bears under one key.</summary>
    public const long RecordsPerSaltMax = 1L << 30;

    /// <summary>Ciphers held, by the key: about 1 KiB each.</summary>
    private const int PoolsMax = 256;

    private readonly Lock _gate = new();
    private readonly FillRandom _random;
    private readonly long _recordsPerSaltMax;
    private readonly CipherPools _pools;
    private volatile IReadOnlyList<DataKey> _keys;
    private volatile SaltUse _writing;
    private volatile bool _disposed;

    public RecordCipher(IReadOnlyList<DataKey> keys, FillRandom random, long recordsPerSaltMax = RecordsPerSaltMax)
    {
        (_keys, _random, _recordsPerSaltMax) = (keys, random, recordsPerSaltMax);
        _pools = new(Make, PoolsMax);
        _writing = Begin();
    }

    /// <summary>From now on records are sealed under the newest of these keys.</summary>
    public void Use(IReadOnlyList<DataKey> keys)
    {
        lock (_gate)
        {
            _keys = keys;
            BeginAnew();
        }
    }

    /// <summary>Encrypts into the destination, which is <see cref="RecordEnvelope.Size"/> longer. What it is <paramref name="bound"/> to must be said again when it is opened.</summary>
    public void Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound, Span<byte> destination)
    {
        if (destination.Length != plain.Length + RecordEnvelope.Size) throw new ArgumentException($"{plain.Length} bytes are sealed into {plain.Length + RecordEnvelope.Size}, not {destination.Length}.", nameof(destination));
        var (use, counter) = Next();
        var envelope = destination[plain.Length..];
        RecordEnvelope.WriteName(envelope, use.Name, counter);
        Span<byte> nonce = stackalloc byte[RecordEnvelope.NonceSize];
        RecordEnvelope.CopyNonce(envelope, nonce);
        var cipher = use.Pool.Rent();
        try
        {
            cipher.Encrypt(nonce, plain, destination[..plain.Length], RecordEnvelope.TagOf(envelope), bound);
        }
        finally
        {
            use.Pool.Return(cipher);
        }
    }

    /// <summary>Decrypts in place: the plain bytes are then the first ones. Null, or why it cannot be opened.</summary>
    public string? FaultOfOpening(Span<byte> sealedBytes, ReadOnlySpan<byte> bound)
    {
        if (sealedBytes.Length < RecordEnvelope.Size) return "it is too short to be encrypted";
        var plain = sealedBytes[..^RecordEnvelope.Size];
        var envelope = sealedBytes[plain.Length..];
        var name = RecordEnvelope.NameIn(envelope);
        if (_pools.Find(name) is not { } pool) return $"it is encrypted under data key {name.Key}, which the repository file does not hold";
        Span<byte> nonce = stackalloc byte[RecordEnvelope.NonceSize];
        RecordEnvelope.CopyNonce(envelope, nonce);
        var cipher = pool.Rent();
        try
        {
            cipher.Decrypt(nonce, plain, RecordEnvelope.TagOf(envelope), plain, bound);
            return null;
        }
        catch (AuthenticationTagMismatchException)
        {
            return "it was not encrypted here and for this place (forged or swapped)";
        }
        finally
        {
            pool.Return(cipher);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _writing.Pool.Retire();
        _pools.Dispose();
    }

    private (SaltUse Use, long Counter) Next()
    {
        while (true)
        {
            var use = _writing;
            var counter = use.Take();
            if (counter <= _recordsPerSaltMax) return (use, counter);
            lock (_gate)
            {
                if (_writing == use) BeginAnew();
            }
        }
    }

    private void BeginAnew()
    {
        var before = _writing;
        _writing = Begin();
        before.Pool.Retire();
    }

    private SaltUse Begin()
    {
        Span<byte> salt = stackalloc byte[RecordEnvelope.SaltSize];
        _random(salt);
        var name = new CipherName(_keys.Max(key => key.Number), BinaryPrimitives.ReadUInt128LittleEndian(salt));
        return new(name, new(() => Make(name) ?? throw new InvalidOperationException("The newest data key is gone.")));
    }

    private AesGcm? Make(CipherName name)
    {
        // The keys are wiped by now: what came out would be nobody's.
        ObjectDisposedException.ThrowIf(_disposed, typeof(Repository));
        if (_keys.FirstOrDefault(key => key.Number == name.Key) is not { } data) return null;
        Span<byte> salt = stackalloc byte[RecordEnvelope.SaltSize];
        BinaryPrimitives.WriteUInt128LittleEndian(salt, name.Salt);
        Span<byte> key = stackalloc byte[KeyBytes.Size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, data.Key, key, salt, "BackupFabric record key v1"u8);
        var cipher = new AesGcm(key, RecordEnvelope.TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    private sealed class SaltUse(CipherName name, CipherPool pool)
    {
        private long _counter;

        public CipherName Name => name;

        public CipherPool Pool => pool;

        public long Take() => Interlocked.Increment(ref _counter);
    }
}
