namespace BackupFabric.Agent.Lab.Machines;

/// <summary>Breaks a VHDX so that nobody can take it for a good one.</summary>
internal static class ImageDamage
{
    /// <summary>[MS-VHDX] 2.2: the two region tables.</summary>
    private static readonly long[] RegionTables = [192 * 1024, 256 * 1024];

    public static void Strike(string image)
    {
        byte[] garbage = new byte[4096];
        new Random(1).NextBytes(garbage);
        using FileStream file = new(image, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        foreach (long place in RegionTables)
        {
            file.Position = place;
            file.Write(garbage);
        }
    }
}
