using BackupFabric.Disks.Files;

namespace BackupFabric.Disks;

/// <summary>The files met on the way from a leaf to its root: none twice, and not too many.</summary>
internal sealed class ImageChain(IImageStore store)
{
    /// <summary>Hyper-V ends at 50 checkpoints.</summary>
    public const int DepthMax = 128;

    private readonly HashSet<string> _seen = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    public IImageStore Store => store;

    public void Enter(string path)
    {
        if (!_seen.Add(store.FullPath(path))) throw ImageFault.ChainLoop(path);
        if (_seen.Count > DepthMax) throw ImageFault.ChainTooDeep(path, DepthMax);
    }
}
