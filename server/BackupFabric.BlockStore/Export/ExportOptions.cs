namespace BackupFabric.BlockStore.Export;

/// <param name="Workers">Pieces of 4 MiB in work at once; 0: one per processor and one more, which reads and writes while the others compute.</param>
public sealed record ExportOptions(int Workers = 0)
{
    /// <summary>Each worker has about 9 MiB of buffers.</summary>
    private const int WorkersMax = 16;

    internal int WorkersOrDefault => Math.Clamp(Workers > 0 ? Workers : Environment.ProcessorCount + 1, 1, WorkersMax);
}
