namespace BackupFabric.Agent.HyperV.Reading;

/// <summary>
/// Hyper-V names the differencing file of a checkpoint after the image it began with: "system.vhdx" becomes "system_GUID.avhdx".
/// The VM's disk is the former, and a recovered one is called so.
/// </summary>
internal static class ImageName
{
    private const int GuidTail = 37; // an underscore and the GUID

    public static string OfRoot(string path)
    {
        var dot = path.LastIndexOf('.');
        if (dot < 0 || !path[dot..].StartsWith(".avhd", StringComparison.OrdinalIgnoreCase)) return path;
        var stem = path[..dot];
        while (stem.Length > GuidTail && stem[^GuidTail] == '_' && Guid.TryParseExact(stem.AsSpan(stem.Length - GuidTail + 1), "D", out _)) stem = stem[..^GuidTail];
        return stem + "." + path[(dot + 2)..];
    }
}
