using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Verification;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>What an open repository is made of, put together by <see cref="RepositoryOpening"/>.</summary>
internal sealed class RepositoryParts : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closed = new();
    private bool _closing;

    public required IVolume Volume { get; init; }

    public required RepositoryIdentity Identity { get; init; }

    /// <summary>Null when the repository is not encrypted.</summary>
    public required Vault? Vault { get; init; }

    public required Ownership Ownership { get; init; }

    public required PackSet Data { get; init; }

    public required PackSet MapPacks { get; init; }

    public required StoredMapNodes Nodes { get; init; }

    public required DiskMap Maps { get; init; }

    public required PointSet Points { get; init; }

    public required PointFolder PointFiles { get; init; }

    public required TrashFolder Trash { get; init; }

    /// <summary>What sessions and readers rely on.</summary>
    public required Holds Holds { get; init; }

    public required FreeSpace Space { get; init; }

    public required BlockProofs Proofs { get; init; }

    public required VerificationMemory Verified { get; init; }

    public required TimeProvider Time { get; init; }

    public required int NodeBytesMax { get; init; }

    /// <summary>Opened without a lock: nothing on the volume is changed.</summary>
    public required bool IsReadOnly { get; init; }

    /// <summary>Damage that opening found and worked around.</summary>
    public required IReadOnlyList<RepositoryException> OpeningFindings { get; init; }

    /// <summary>Cancelled when the repository is closed: a collection then ends at its next step.</summary>
    public CancellationToken Closing => _closed.Token;

    /// <summary>Held by the collection that runs.</summary>
    public SemaphoreSlim CollectionTurn { get; } = new(1);

    public StoreSession BeginSession()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(Repository));
            if (IsReadOnly) throw RepositoryErrors.ReadOnly(Volume.Name);
            return new(this);
        }
    }

    /// <summary>Changes secrets or keys. Fails with <c>repository-not-encrypted</c>, <c>repository-full</c>, <c>repository-write-failed</c>.</summary>
    public async Task<int> ChangeVaultAsync(Func<Vault, Task<int>> change)
    {
        if (Vault is null) throw RepositoryErrors.NoVault(Volume.Name);
        ObjectDisposedException.ThrowIf(_closing, typeof(Repository));
        try
        {
            return await change(Vault);
        }
        catch (VolumeFullException full)
        {
            throw Space.Full(full);
        }
        catch (IOException failed) when (failed is not RepositoryException)
        {
            throw RepositoryErrors.WriteFailed(RepositoryFilePair.FileName, failed);
        }
    }

    /// <summary>Runs verification or a rebuild, one at a time; closing cancels it and waits for it.</summary>
    public async Task<T> CheckingAsync<T>(Func<CancellationToken, Task<T>> check, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, ClosingToken());
        await Verified.Turn.WaitAsync(either.Token);
        try
        {
            return await check(either.Token);
        }
        finally
        {
            Verified.Turn.Release();
        }
    }

    private CancellationToken ClosingToken()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(Repository));
            return _closed.Token;
        }
    }

    /// <summary>Seals the packs and lets go of the lock, the latter also when the volume no longer works.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_closing) return;
            _closing = true;
        }

        await _closed.CancelAsync();
        await Verified.Turn.WaitAsync();
        await CollectionTurn.WaitAsync();
        try
        {
            await Data.CloseAsync();
            await MapPacks.CloseAsync();
        }
        catch (VolumeFullException)
        {
            // Packs that found no room for their tables are scanned when the repository is opened again.
        }
        finally
        {
            await Data.DisposeAsync();
            await MapPacks.DisposeAsync();
            PointFiles.Dispose();
            Verified.Dispose();
            Proofs.Dispose();
            Vault?.Dispose();
            Ownership.Dispose();
            _closed.Dispose();
            CollectionTurn.Dispose();
        }
    }
}
