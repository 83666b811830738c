using System.Security.Cryptography;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Identity;

namespace BackupFabric.BlockStore;

/// <summary>
/// The secrets and keys of an open encrypted repository, and their changes: decided in <see cref="VaultState"/>, written to both repository files, and only then in use.
/// No record is rewritten by any of them.
/// </summary>
internal sealed class Vault : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly RepositoryFiles _files;
    private readonly Ownership _ownership;
    private readonly FillRandom _random;
    private readonly TimeProvider _time;
    private readonly int _iterations;
    private volatile RepositoryIdentity _identity;
    private long _generation;

    public Vault(RepositoryIdentity identity, RepositoryFiles files, Ownership ownership, int iterations, FillRandom random, TimeProvider time)
    {
        (_identity, _files, _ownership, _iterations, _random, _time) = (identity, files, ownership, iterations, random, time);
        _generation = State.Generation;
        Cipher = new(State.DataKeys, random);
    }

    public RecordCipher Cipher { get; }

    public VaultState State => _identity.Vault!;

    public async Task<int> AddSecretAsync(RepositorySecret secret, CancellationToken cancellation)
    {
        var after = await ChangeAsync(vault => vault.WithSecret(_identity.Id, secret, _time.GetUtcNow(), _iterations, _random), cancellation);
        return after.Secrets[^1].Number;
    }

    public Task RemoveSecretAsync(int number, CancellationToken cancellation) => ChangeAsync(vault => vault.WithoutSecret(number), cancellation);

    public Task ReplaceSecretsAsync(IReadOnlyList<RepositorySecret> secrets, CancellationToken cancellation) =>
        ChangeAsync(vault => vault.WithSecrets(_identity.Id, secrets, _time.GetUtcNow(), _iterations, _random).WithDataKey(_time.GetUtcNow(), _random), cancellation);

    public async Task<int> RotateKeyAsync(CancellationToken cancellation)
    {
        var after = await ChangeAsync(vault => vault.WithDataKey(_time.GetUtcNow(), _random), cancellation);
        return after.DataKeys[^1].Number;
    }

    /// <summary><see cref="RepositoryFiles.RepairAsync"/> between changes.</summary>
    public async Task<IReadOnlyList<RepositoryException>> RepairFilesAsync(Func<Task>? mayWrite, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await _files.RepairAsync(_identity, () => _identity.Encode(_random), mayWrite, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        Cipher.Dispose();
        _identity.Wipe();
        _turn.Dispose();
    }

    /// <summary>
    /// A failure leaves the earlier keys in use. What it may have left in a file is a generation that nobody relies on; the next change is given a later one.
    /// </summary>
    private async Task<VaultState> ChangeAsync(Func<VaultState, VaultState> change, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var before = State;
            var after = await Task.Run(() => change(before) with { Generation = ++_generation }, cancellation);
            var identity = _identity with { Vault = after };
            await _ownership.ConfirmAsync(cancellation);
            await _files.WriteAsync(identity.Encode(_random), CancellationToken.None);
            _identity = identity;
            Cipher.Use(after.DataKeys);
            if (after.RingKey != before.RingKey) CryptographicOperations.ZeroMemory(before.RingKey);
            return after;
        }
        finally
        {
            _turn.Release();
        }
    }
}
