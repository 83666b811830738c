using System.Security.Cryptography;

namespace BackupFabric.BlockStore.Encryption;

/// <summary>Ciphers of one key. One of them serves one thread at a time; there are as many as there were callers at once, and each is used again.</summary>
internal sealed class CipherPool(Func<AesGcm> make)
{
    private readonly Lock _gate = new();
    private readonly Stack<AesGcm> _idle = new();
    private bool _retired;

    /// <summary>The turn at which it was last asked for, kept by <see cref="CipherPools"/>.</summary>
    public long LastUsed { get; set; }

    public AesGcm Rent()
    {
        lock (_gate)
        {
            if (_idle.TryPop(out var cipher)) return cipher;
        }

        return make();
    }

    public void Return(AesGcm cipher)
    {
        lock (_gate)
        {
            if (!_retired)
            {
                _idle.Push(cipher);
                return;
            }
        }

        cipher.Dispose();
    }

    /// <summary>Disposes what is idle now, and what is in use when it comes back.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _retired = true;
            while (_idle.TryPop(out var cipher)) cipher.Dispose();
        }
    }
}
