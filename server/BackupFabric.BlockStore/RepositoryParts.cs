using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Maps;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Trash;
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
            return new(this);
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
            Proofs.Dispose();
            Ownership.Dispose();
            _closed.Dispose();
            CollectionTurn.Dispose();
        }
    }
}
