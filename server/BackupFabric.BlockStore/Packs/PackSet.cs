using System.Buffers;
using System.Runtime.CompilerServices;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>
/// All packs of one kind. One pack at a time is written, shared by every session: blocks of one time lie together, there are no half-empty packs per stream, and
/// what is serialized is one copy into a buffer. Hashing and checksums are done by the callers, in parallel.
/// </summary>
internal sealed partial class PackSet(PackContext context, PackKind kind, BlockIndex index) : IAsyncDisposable
{
    private readonly PackFiles _files = new(context.Volume, kind, context.Tuning.OpenPacksMax);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _sealTurn = new(1);
    private readonly Lock _gate = new();
    private readonly List<PackAppender> _retired = [];
    private readonly List<RepositoryException> _findings = [];
    private readonly HashSet<PackNumber> _untabled = [];
    private volatile PackAppender? _current;
    private Task _sealing = Task.CompletedTask;
    private uint _counter;
    private bool _closed;
    private long _sealedBytes;

    public BlockIndex Index => index;

    /// <summary>Bytes of all packs, buffers included.</summary>
    public long Bytes
    {
        get { lock (_gate) return _sealedBytes + _retired.Sum(pack => pack.Length) + (_current?.Length ?? 0); }
    }

    /// <summary>Packs that were found damaged when the repository was opened.</summary>
    public IReadOnlyList<RepositoryException> Findings
    {
        get { lock (_gate) return [.. _findings]; }
    }

    /// <summary>Bytes that a record with such a payload takes.</summary>
    public int RecordSizeOf(int payloadLength) => PackFormat.RecordSize(payloadLength + context.EnvelopeSize);

    /// <summary>
    /// Stores a record, encrypted if the repository is, in the caller's thread: only the copy into the buffer is serialized. True when it was stored.
    /// </summary>
    public ValueTask<bool> AppendAsync(BlockId id, BlockPlace unplaced, ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        context.Cipher is null ? AppendStoredAsync(id, unplaced, payload, PackFormat.Checksum(id, unplaced, payload.Span), cancellation) : AppendEncryptedAsync(id, unplaced, payload, context.Cipher, cancellation);

    /// <summary>
    /// Takes a record's payload and checksum as they are stored: a record that is moved keeps those it was read and proved with, and an encrypted one belongs to no place. Stores it unless
    /// the block is in the table in memory by now; true when it was stored. (One that moved into a run meanwhile is stored twice; that harms nothing.)
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> AppendStoredAsync(BlockId id, BlockPlace unplaced, ReadOnlyMemory<byte> payload, uint checksum, CancellationToken cancellation)
    {
        while (true)
        {
            var pack = _current;
            var outcome = pack?.TryAppend(index, id, unplaced, payload.Span, checksum) ?? AppendOutcome.NoRoom;
            if (outcome != AppendOutcome.NoRoom) return outcome == AppendOutcome.Stored;
            await MakeRoomAsync(pack, PackFormat.RecordSize(payload.Length), cancellation);
        }
    }

    /// <summary>Hands what is buffered to the operating system: from then on it survives the death of this process.</summary>
    public async Task WriteOutAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            foreach (var pack in Unsealed()) await pack.WriteOutAsync(everything: true);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes everything durable that was appended before the call.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        PackAppender[] packs;
        await _turn.WaitAsync(cancellation);
        try
        {
            packs = Unsealed();
            foreach (var pack in packs) await pack.WriteOutAsync(everything: true);
        }
        finally
        {
            _turn.Release();
        }

        foreach (var pack in packs)
        {
            // Another seal may end meanwhile and let go of the file; a sealed pack has nothing left to flush, an unsealed one stays open by this lease.
            if (await TryOpenAsync(pack.Pack, cancellation) is not { } lease) continue;
            using (lease) await pack.FlushAsync();
        }
    }

    /// <summary>A reader of these packs; the buffers of the pack being written are read too.</summary>
    public PackReader Reader => field ??= new(this, index);

    /// <summary>Reads from a record's payload on, from the buffers or the file; how many bytes there were. A pack that is gone is a <see cref="FileNotFoundException"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(BlockPlace place, Memory<byte> bytes, CancellationToken cancellation)
    {
        var offset = place.Offset + PackFormat.RecordHeaderSize;
        // A retired pack is written out before it leaves '_current': all of it is in the file.
        if (_current is { } writing && writing.Pack == place.Pack && writing.TryReadBuffered(offset, bytes.Span)) return bytes.Length;
        using var lease = await _files.AcquireAsync(place.Pack, cancellation);
        return await lease.File.ReadAsync(offset, bytes, cancellation);
    }

    /// <summary>Decrypts a stored payload in place; its first <see cref="BlockPlace.OpenedLength"/> bytes are then the payload. Null, or why it cannot be done.</summary>
    public string? FaultOfOpening(in BlockId id, in BlockPlace place, Span<byte> stored)
    {
        if (place.IsEncrypted != context.Cipher is not null) return context.Cipher is null ? "it is encrypted, and the repository is not" : "it is not encrypted, and the repository is";
        if (context.Cipher is null) return null;
        Span<byte> bound = stackalloc byte[PackFormat.SummedHeaderSize];
        PackFormat.WriteSummedHeader(bound, id, place);
        return context.Cipher.FaultOfOpening(stored, bound);
    }

    /// <summary>Reads many bytes in order beside everything else; a file of its own, so that a sweep pushes nobody's file out. Fails when the pack is gone.</summary>
    public ValueTask<IVolumeFile> OpenPackAsync(PackNumber pack, CancellationToken cancellation) => context.Volume.OpenAsync(NameOf(pack), append: false, cancellation);

    /// <summary>What a pack that has no table yet holds in its file; null when it is sealed.</summary>
    public (PackEntry[] Entries, long End)? WrittenOf(PackNumber pack) => Unsealed().FirstOrDefault(open => open.Pack == pack)?.Written();

    /// <summary>Whether the index points into a pack, or will once it is sealed. Waits for a seal that is under way.</summary>
    public async Task<bool> KnowsAsync(PackNumber pack)
    {
        await _sealTurn.WaitAsync();
        try
        {
            return WrittenOf(pack) is not null || index.KnownPacks().Contains(pack);
        }
        finally
        {
            _sealTurn.Release();
        }
    }

    /// <summary>A pack for whose table there was no room when the repository was opened.</summary>
    public bool MayLackTable(PackNumber pack)
    {
        lock (_gate) return _untabled.Contains(pack);
    }

    public ulong MarkerOf(PackNumber pack) => PackFormat.MarkerOf(context.PackKey, kind, pack);

    public string? HeaderFault(ReadOnlySpan<byte> header, PackNumber pack) => PackFormat.HeaderFault(header, context.Repository, kind, pack);

    public Task<Dictionary<PackNumber, long>> ListAsync(CancellationToken cancellation) => PackLoader.ListAsync(context.Volume, kind, cancellation);

    public string NameOf(PackNumber pack) => pack.PathIn(kind);

    public Task LoadAsync(CancellationToken cancellation) => LoadAsync(new PackLoader(context, kind, index), cancellation);

    /// <summary>A pack's file, for whoever reads it in order.</summary>
    public ValueTask<PackFiles.Lease> OpenAsync(PackNumber pack, CancellationToken cancellation) => _files.AcquireAsync(pack, cancellation);

    /// <summary>Seals what is open. What cannot be sealed is found by the scan of the next opening, so a failure loses nothing that was written.</summary>
    public async Task CloseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _closed = true;
            if (_current is not null) await RetireAsync(_current);
        }
        finally
        {
            _turn.Release();
        }

        await _sealing;
        await SealRetiredAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _sealing;
        foreach (var pack in Unsealed()) pack.Release();
        await _files.DisposeAsync();
        await index.DisposeAsync();
        _turn.Dispose();
        _sealTurn.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AppendEncryptedAsync(BlockId id, BlockPlace unplaced, ReadOnlyMemory<byte> payload, RecordCipher cipher, CancellationToken cancellation)
    {
        var place = unplaced with { PayloadLength = payload.Length + RecordEnvelope.Size, Flags = (byte)(unplaced.Flags | RecordEnvelope.Flag) };
        var stored = ArrayPool<byte>.Shared.Rent(place.PayloadLength);
        try
        {
            Encrypt(cipher, id, place, payload.Span, stored.AsSpan(0, place.PayloadLength));
            var payloadStored = stored.AsMemory(0, place.PayloadLength);
            return await AppendStoredAsync(id, place, payloadStored, PackFormat.Checksum(id, place, payloadStored.Span), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    private static void Encrypt(RecordCipher cipher, in BlockId id, in BlockPlace place, ReadOnlySpan<byte> payload, Span<byte> stored)
    {
        Span<byte> bound = stackalloc byte[PackFormat.SummedHeaderSize];
        PackFormat.WriteSummedHeader(bound, id, place);
        cipher.Seal(payload, bound, stored);
    }

    private async Task LoadAsync(PackLoader loader, CancellationToken cancellation)
    {
        _sealedBytes = await loader.LoadAsync(cancellation);
        lock (_gate) Note(loader);
    }

    private void Note(PackLoader loader)
    {
        _findings.AddRange(loader.Findings);
        _untabled.UnionWith(loader.Untabled);
    }

    private async ValueTask MakeRoomAsync(PackAppender? full, int recordSize, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(Repository));
            if (_current != full) return;
            if (full is not null && !full.IsFullFor(recordSize))
            {
                await full.WriteOutAsync(everything: false);
                return;
            }

            if (full is not null)
            {
                await RetireAsync(full);
                _sealing = SealInBackgroundAsync(_sealing);
            }

            _current = await BeginAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RetireAsync(PackAppender pack)
    {
        pack.Close();
        await pack.WriteOutAsync(everything: true);
        lock (_gate)
        {
            _retired.Add(pack);
            _current = null;
        }
    }

    private async Task<PackAppender> BeginAsync()
    {
        var number = new PackNumber(context.Fence, ++_counter);
        var file = await context.Volume.CreateAsync(number.PathIn(kind), CancellationToken.None);
        try
        {
            var header = new byte[PackFormat.HeaderSize];
            PackFormat.WriteHeader(header, context.Repository, kind, number, context.Cipher is not null);
            await file.AppendAsync(header, CancellationToken.None);
            await context.Volume.SyncFolderAsync(PackNumber.FolderOf(kind), CancellationToken.None);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        var lease = await _files.AddAsync(number, file);
        return new(number, lease, PackFormat.MarkerOf(context.PackKey, kind, number), context.PackBytesMax, context.Tuning.BufferBytes);
    }

    private async Task SealInBackgroundAsync(Task before)
    {
        await before;
        try
        {
            await Task.Run(SealRetiredAsync);
        }
        catch (IOException)
        {
            // The pack stays among the retired: its records are written, a commit flushes it (and fails if that fails), the next seal or close tries again.
        }
    }

    private async Task SealRetiredAsync()
    {
        await _sealTurn.WaitAsync();
        try
        {
            while (NextRetired() is { } pack)
            {
                await pack.SealAsync();
                var (length, entries) = (pack.FileLength, pack.Entries.Count);
                lock (_gate)
                {
                    _retired.Remove(pack);
                    _sealedBytes += length;
                }

                pack.Release();
                await index.PackSealedAsync(pack.Pack, length, entries);
            }
        }
        finally
        {
            _sealTurn.Release();
        }
    }

    /// <summary>Null when the pack was sealed and even collected meanwhile: nobody relied on it then.</summary>
    private async ValueTask<PackFiles.Lease?> TryOpenAsync(PackNumber pack, CancellationToken cancellation)
    {
        try
        {
            return await _files.AcquireAsync(pack, cancellation);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private PackAppender? NextRetired()
    {
        lock (_gate) return _retired.FirstOrDefault();
    }

    private PackAppender[] Unsealed()
    {
        lock (_gate) return _current is { } writing ? [.. _retired, writing] : [.. _retired];
    }
}
