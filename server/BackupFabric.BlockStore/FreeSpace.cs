using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore;

/// <summary>
/// Keeps blocks out of the reserve, which belongs to map nodes, tables and manifests: what is stored can always be committed. Asks the volume once per few MiB.
/// </summary>
internal sealed class FreeSpace(IVolume volume, long reserve)
{
    private const long BytesPerQuestion = 4L << 20;

    private readonly Lock _gate = new();
    private long _granted;

    /// <summary>Fails with <c>repository-full</c> when the volume would fall below the reserve.</summary>
    public void Claim(int bytes)
    {
        lock (_gate)
        {
            if (_granted < bytes) _granted = Ask(bytes);
            _granted -= bytes;
        }
    }

    /// <summary>What a collection may write before it has given something back: it may go halfway into the reserve, since it gives back more than it takes.</summary>
    public long ForCollection() => Math.Max(0, volume.FreeBytes() - reserve / 2);

    public RepositoryException Full(Exception? inner = null) => RepositoryErrors.Full(volume.Name, volume.FreeBytes(), reserve, inner);

    private long Ask(int bytes)
    {
        var spare = volume.FreeBytes() - reserve;
        return spare >= bytes ? Math.Min(spare, Math.Max(BytesPerQuestion, bytes)) : throw Full();
    }
}
