namespace BackupFabric.BlockStore.Export;

/// <summary>Counts what the workers do, and tells who watches.</summary>
internal sealed class ExportMeter(long totalBytes, IProgress<ExportProgress>? progress)
{
    private long _written;
    private long _blocks;
    private long _packReads;

    public ExportReport Report => new(Interlocked.Read(ref _written), Interlocked.Read(ref _blocks), Interlocked.Read(ref _packReads));

    public void Wrote(long bytes, int blocks)
    {
        Interlocked.Add(ref _blocks, blocks);
        var done = Interlocked.Add(ref _written, bytes);
        progress?.Report(new(done, totalBytes));
    }

    public void PackRead() => Interlocked.Increment(ref _packReads);
}
