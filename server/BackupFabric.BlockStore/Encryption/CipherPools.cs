using System.Security.Cryptography;

namespace BackupFabric.BlockStore.Encryption;

/// <summary>The ciphers that readers and writers used last, bounded in number: every opening of a repository made a key of its own.</summary>
internal sealed class CipherPools(Func<CipherName, AesGcm?> make, int poolsMax) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CipherName, CipherPool> _pools = [];
    private long _turn;

    /// <summary>Null when the repository has no such data key.</summary>
    public CipherPool? Find(in CipherName name)
    {
        lock (_gate)
        {
            if (!_pools.TryGetValue(name, out var pool) && (pool = TryMake(name)) is null) return null;
            pool.LastUsed = ++_turn;
            return pool;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var pool in _pools.Values) pool.Retire();
            _pools.Clear();
        }
    }

    private CipherPool? TryMake(CipherName name)
    {
        if (make(name) is not { } first) return null;
        if (_pools.Count >= poolsMax) RetireOldest();
        var pool = new CipherPool(() => make(name) ?? throw new InvalidOperationException("A data key of this repository is gone."));
        pool.Return(first);
        _pools.Add(name, pool);
        return pool;
    }

    private void RetireOldest()
    {
        var oldest = _pools.MinBy(pool => pool.Value.LastUsed);
        _pools.Remove(oldest.Key);
        oldest.Value.Retire();
    }
}
