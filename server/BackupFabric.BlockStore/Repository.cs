using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Trash;
using BackupFabric.BlockStore.Verification;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>
/// A block-level replica store on one volume: packs of sealed blocks, packs of map nodes, an index, and one manifest per recovery point.
/// One process owns it at a time (a lock with a fencing number). Thread-safe. FORMAT.md says what lies on disk.
/// </summary>
public sealed class Repository : IAsyncDisposable
{
    private readonly RepositoryParts _parts;

    internal Repository(RepositoryParts parts) => _parts = parts;

    internal RepositoryParts Parts => _parts;

    public Guid Id => _parts.Identity.Id;

    public IdKey IdKey => _parts.Identity.Keys.Blocks;

    public CuttingRules Rules => _parts.Identity.Rules;

    public bool IsEncrypted => _parts.Vault is not null;

    internal PackSet DataPacks => _parts.Data;

    /// <summary>Reads and patches disk maps over this repository's map packs.</summary>
    public DiskMap Maps => _parts.Maps;

    /// <summary>Makes an empty repository, encrypted when the options hold a secret; fails with <c>repository-exists</c> on a folder that holds one, <c>repository-folder-not-empty</c> on other files.</summary>
    public static Task<Repository> CreateAsync(IVolume volume, RepositoryOptions options, TimeProvider time, CancellationToken cancellation) =>
        new RepositoryOpening(volume, options, new(), time).CreateAsync(null, cancellation);

    /// <summary>Opens and takes ownership; scans packs that a crash left without a table. Fails with <c>repository-in-use</c>, <c>repository-missing</c>, <c>repository-too-new</c>, <c>repository-damaged</c>,
    /// and over its secret with <c>repository-locked</c>, <c>secret-wrong</c>, <c>repository-not-encrypted</c>; after those nothing has changed.</summary>
    public static Task<Repository> OpenAsync(IVolume volume, RepositoryOptions options, TimeProvider time, CancellationToken cancellation) =>
        new RepositoryOpening(volume, options, new(), time).OpenAsync(cancellation);

    /// <summary>
    /// Opens without taking ownership and without changing anything on the volume: a read-only mount, a copy to heal from, or beside the owner (what it commits later is not seen,
    /// and what its collection drops is missing then). Sessions are refused with <c>repository-read-only</c>.
    /// </summary>
    public static Task<Repository> OpenForReadingAsync(IVolume volume, RepositoryOptions options, TimeProvider time, CancellationToken cancellation) =>
        RepositoryOpening.OpenForReadingAsync(volume, options, new(), time, cancellation);

    /// <summary>Whether a readable copy of the block is stored (written and proved; perhaps not flushed yet).</summary>
    public bool Contains(in BlockId id) => _parts.Data.Index.TryFind(id, out _);

    /// <summary>
    /// A writing session: what it stores and what it relies on is safe from collection until it is disposed.
    /// Sessions of one job may come one after another; what an earlier one stored is found by the next.
    /// </summary>
    public StoreSession BeginSession() => _parts.BeginSession();

    /// <summary>Reads one sealed record into <paramref name="payload"/> (at least <see cref="BlockSealer.BoundOf"/> of the greatest block). Fails with <c>block-missing</c> or <c>block-damaged</c>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SealedRecord> ReadSealedAsync(BlockId id, Memory<byte> payload, CancellationToken cancellation)
    {
        var enough = Rules.GreatestBytes + (IsEncrypted ? RecordEnvelope.Size : 0) + PackFormat.RecordTrailerSize;
        if (payload.Length < enough) throw new ArgumentException($"A buffer for any block's payload has {BlockSealer.BoundOf(Rules.GreatestBytes)} bytes; this one has {payload.Length}.", nameof(payload));
        var read = await _parts.Data.Reader.ReadAsync(id, payload, null, cancellation);
        if (read.IsMissing) throw RepositoryErrors.BlockMissing(id);
        if (read.Fault is not null) throw RepositoryErrors.BlockDamaged(id, _parts.Data.NameOf(read.Place.Pack), read.Place.Offset, read.Fault);
        return new(id, read.Place.Codec, read.Place.PlainLength, read.Place.OpenedLength);
    }

    /// <summary>Committed points, oldest first, from the manifests; a damaged manifest is listed by <see cref="DamagedManifests"/> and left out here.</summary>
    public IReadOnlyList<Manifest> Points() => _parts.Points.All();

    public IReadOnlyList<RepositoryException> DamagedManifests() => _parts.Points.Damaged;

    /// <summary>Other damage that was found and worked around: packs whose header or table is damaged, index files made anew, a copy of the repository file used.</summary>
    public IReadOnlyList<RepositoryException> Findings() => [.. _parts.OpeningFindings, .. _parts.Verified.Findings, .. _parts.Data.Findings, .. _parts.MapPacks.Findings];

    public Manifest? FindPoint(Guid pointId) => _parts.Points.Find(pointId);

    /// <summary>
    /// Reads packs in order and proves every record (checksum, opened, hashed; map nodes decoded), every table, index run, manifest and repository file; when a cycle is complete, looks up
    /// everything that points reach. What is damaged is set aside, so that the next offer heals it, or healed at once from a copy. Runs beside everything else; cancelling it
    /// loses nothing that was found. Fails with <c>heal-source-foreign</c>, and with <c>repository-full</c> when what it found cannot be remembered.
    /// </summary>
    public Task<VerificationReport> VerifyAsync(VerificationOptions options, IProgress<VerificationProgress>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Share, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Share, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Workers, nameof(options));
        if (options.BytesPerSecond is { } rate) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate, nameof(options));
        if (options.HealFrom is not null && _parts.IsReadOnly) throw RepositoryErrors.ReadOnly(_parts.Volume.Name);
        return _parts.CheckingAsync(RunAsync, cancellation);

        async Task<VerificationReport> RunAsync(CancellationToken token)
        {
            await using var run = new VerificationRun(_parts, options, progress);
            return await run.RunAsync(token);
        }
    }

    /// <summary>When the point was last proven; null when it never was.</summary>
    public PointProof? ProofOf(Guid pointId) => _parts.Verified.ProofOf(pointId);

    /// <summary>Damaged records that no other copy replaces yet.</summary>
    public IReadOnlyList<SetAsideRecord> SetAside() => _parts.Verified.SetAside();

    /// <summary>Makes the index anew from the packs: from their tables, or by scanning those that have none (which then get one). Runs beside everything else.</summary>
    public Task<IndexRebuildReport> RebuildIndexAsync(IProgress<IndexRebuildProgress>? progress, CancellationToken cancellation)
    {
        if (_parts.IsReadOnly) throw RepositoryErrors.ReadOnly(_parts.Volume.Name);
        return _parts.CheckingAsync(token => new IndexRebuild(_parts, progress).RunAsync(token), cancellation);
    }

    public RepositoryUsage Usage() =>
        new(_parts.Data.Index.Count, _parts.Data.Bytes, _parts.MapPacks.Bytes, _parts.Volume.FreeBytes(), _parts.Points.Count, _parts.Points.Trash().Count);

    /// <summary>
    /// Moves a point to the trash, from which it can be undeleted until it is purged. Fails with <c>point-missing</c>; with <c>repository-full</c> only when the volume can
    /// not even rename.
    /// </summary>
    public async Task<TrashedPoint> DeletePointAsync(Guid pointId, CancellationToken cancellation) =>
        await NamingFullAsync(() => _parts.Trash.DeleteAsync(pointId, () => _parts.Ownership.ConfirmAsync(CancellationToken.None), cancellation));

    /// <summary>Makes a deleted point visible again. Fails with <c>point-not-in-trash</c>.</summary>
    public async Task<Manifest> UndeletePointAsync(Guid pointId, CancellationToken cancellation) =>
        await NamingFullAsync(() => _parts.Trash.UndeleteAsync(pointId, () => _parts.Ownership.ConfirmAsync(CancellationToken.None), cancellation));

    /// <summary>Deleted points, the one deleted first at the head.</summary>
    public IReadOnlyList<TrashedPoint> Trash() => _parts.Points.Trash();

    /// <summary>For readers: until the lease is disposed, the point's blocks stay, even when it is deleted, purged and collected. Fails with <c>point-missing</c>.</summary>
    public PointLease HoldPoint(Guid pointId) => _parts.Holds.Lease(pointId);

    /// <summary>
    /// Gives back the space of what no point, no trashed point, no reader and no running session needs any more. Runs beside backups, restores and verification; may be
    /// killed at any step. Fails with <c>collection-running</c>, and with <c>collection-blocked</c> when it cannot be known what is needed: then nothing was dropped.
    /// </summary>
    public async Task<CollectionReport> CollectAsync(CollectionOptions options, IProgress<CollectionProgress>? progress, CancellationToken cancellation) =>
        await NamingFullAsync(() => new Collector(_parts, options, progress).RunAsync(cancellation));

    /// <summary>What opens an encrypted repository; none for one that is not.</summary>
    public IReadOnlyList<RepositorySecretInfo> Secrets() => [.. (_parts.Vault?.State.Secrets ?? []).Select(KeySlot.InfoOf)];

    /// <summary>The number of the secret that opened it; null when it is not encrypted or all secrets were replaced since.</summary>
    public int? OpenedBySecret => _parts.Vault?.State.OpenedBy is > 0 and var number ? number : null;

    /// <summary>One more secret opens the repository from now on; returns its number. Fails with <c>repository-not-encrypted</c>, <c>secrets-full</c>.</summary>
    public Task<int> AddSecretAsync(RepositorySecret secret, CancellationToken cancellation) => _parts.ChangeVaultAsync(vault => vault.AddSecretAsync(secret, cancellation));

    /// <summary>
    /// A secret no longer opens the repository. Somebody who has it and an older copy of the repository file still reads everything, then and later: against that,
    /// <see cref="ReplaceSecretsAsync"/>. Fails with <c>secret-missing</c>, <c>secret-last</c>.
    /// </summary>
    public Task RemoveSecretAsync(int number, CancellationToken cancellation) => _parts.ChangeVaultAsync(async vault =>
    {
        await vault.RemoveSecretAsync(number, cancellation);
        return number;
    });

    /// <summary>
    /// Exactly these secrets open the repository from now on, and a new data key is begun that no former secret leads to, not even with an older copy of the repository file.
    /// </summary>
    public Task ReplaceSecretsAsync(IReadOnlyList<RepositorySecret> secrets, CancellationToken cancellation) => _parts.ChangeVaultAsync(async vault =>
    {
        await vault.ReplaceSecretsAsync(secrets, cancellation);
        return secrets.Count;
    });

    /// <summary>What is written from now on is written under a new data key; what is there stays as it is and readable. Returns the key's number.</summary>
    public Task<int> RotateKeyAsync(CancellationToken cancellation) => _parts.ChangeVaultAsync(vault => vault.RotateKeyAsync(cancellation));

    /// <summary>Ends what sessions left open, seals the packs, and lets go of the lock.</summary>
    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    private async Task<T> NamingFullAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }
}
