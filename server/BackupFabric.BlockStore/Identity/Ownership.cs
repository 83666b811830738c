using System.Text.Json;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Identity;

/// <param name="Fence">Grows by one with every owner. Pack names carry it, so that two owners never write the same file.</param>
internal sealed record OwnerBody(string Owner, long Fence, DateTimeOffset Since);

/// <summary>
/// One process owns a repository. The lock file is held open exclusively; who holds it, and the fencing number, stand in a file beside it, which others can read.
/// </summary>
internal sealed class Ownership : IDisposable
{
    public const string LockName = "lock";
    public const string OwnerName = "owner";
    public const string NewOwnerName = "owner.new";

    private readonly IVolume _volume;
    private readonly IDisposable _held;

    private readonly byte[] _written;

    private Ownership(IVolume volume, IDisposable held, uint fence, byte[] written) => (_volume, _held, Fence, _written) = (volume, held, fence, written);

    public uint Fence { get; }

    /// <param name="leastFence">The greatest number that any file of the repository carries, in case the owner file was lost.</param>
    public static async Task<Ownership> TakeAsync(IVolume volume, string owner, Func<Task<uint>> leastFence, TimeProvider time, CancellationToken cancellation)
    {
        var held = await volume.TryLockAsync(LockName, cancellation)
            ?? throw RepositoryErrors.InUse(volume.Name, (await ReadAsync(volume, cancellation))?.Owner ?? "another program");
        try
        {
            var before = (await ReadAsync(volume, cancellation))?.Fence ?? 0;
            var fence = checked((uint)(Math.Max(before, await leastFence()) + 1));
            var text = JsonSerializer.SerializeToUtf8Bytes(new OwnerBody(owner, fence, time.GetUtcNow()), StoreJson.Default.OwnerBody);
            await volume.ReplaceAsync(NewOwnerName, OwnerName, text, cancellation);
            await volume.SyncFolderAsync("", cancellation);
            return new(volume, held, fence, text);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Who only reads owns nothing: no lock, no fence, and nobody to confirm.</summary>
    public static Ownership OfReader(IVolume volume) => new(volume, new NothingHeld(), 0, []);

    /// <summary>What is wrong with the owner file; null when it is as it was written, or when this is a reader. Fails with <c>repository-lost</c> when another owner has written it.</summary>
    public async Task<RepositoryException?> FaultAsync(CancellationToken cancellation)
    {
        if (Fence == 0) return null;
        var text = await _volume.TryReadAllAsync(OwnerName, cancellation);
        if (text is not null && text.AsSpan().SequenceEqual(_written)) return null;
        await ConfirmAsync(cancellation);
        return RepositoryErrors.OwnerDamaged(OwnerName);
    }

    /// <summary>Before a commit: on file systems whose locks can be lost, somebody else may have taken over.</summary>
    public async Task ConfirmAsync(CancellationToken cancellation)
    {
        if (Fence == 0) return;
        var now = await ReadAsync(_volume, cancellation);
        if (now is not null && now.Fence != Fence) throw RepositoryErrors.Lost(_volume.Name, now.Owner);
    }

    public void Dispose() => _held.Dispose();

    private sealed class NothingHeld : IDisposable
    {
        public void Dispose() { }
    }

    private static async Task<OwnerBody?> ReadAsync(IVolume volume, CancellationToken cancellation)
    {
        var text = await volume.TryReadAllAsync(OwnerName, cancellation);
        if (text is null) return null;
        try
        {
            return JsonSerializer.Deserialize(text, StoreJson.Default.OwnerBody);
        }
        catch (JsonException)
        {
            // The owner's name is for people; the fence is found again in the pack names.
            return null;
        }
    }
}
