using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Verification;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>What an open repository is made of, put together by <see cref="RepositoryOpening"/>.</summary>
internal sealed class RepositoryParts : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closingSource = new();
    private bool _closing;

    public required IVolume Volume { get; init; }

    public required RepositoryIdentity Identity { get; init; }

    public required Ownership Ownership { get; init; }

    public required PackSet Data { get; init; }

    public required PackSet MapPacks { get; init; }

    public required StoredMapNodes Nodes { get; init; }

    public required DiskMap Maps { get; init; }

    public required PointFolder Points { get; init; }

    public required FreeSpace Space { get; init; }

    public required BlockProofs Proofs { get; init; }

    public required VerificationMemory Verified { get; init; }

    public required TimeProvider Time { get; init; }

    public required int NodeBytesMax { get; init; }

    /// <summary>Opened without a lock: nothing on the volume is changed.</summary>
    public required bool IsReadOnly { get; init; }

    /// <summary>Damage that opening found and worked around.</summary>
    public required IReadOnlyList<RepositoryException> OpeningFindings { get; init; }

    public StoreSession BeginSession()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, typeof(Repository));
            if (IsReadOnly) throw RepositoryErrors.ReadOnly(Volume.Name);
            return new(this);
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
            return _closingSource.Token;
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

        await _closingSource.CancelAsync();
        await Verified.Turn.WaitAsync();
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
            Points.Dispose();
            Verified.Dispose();
            _closingSource.Dispose();
            Proofs.Dispose();
            Ownership.Dispose();
        }
    }
}
