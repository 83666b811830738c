namespace BackupFabric.BlockStore.Import;

/// <summary>Counts what the workers do, and tells who watches.</summary>
internal sealed class ImportMeter(long totalBytes, IProgress<ImportProgress>? progress)
{
    private long _readBytes;
    private long _blocks;
    private long _newBlocks;
    private long _newPlainBytes;

    public long ReadBytes => Interlocked.Read(ref _readBytes);

    public long Blocks => Interlocked.Read(ref _blocks);

    public long NewBlocks => Interlocked.Read(ref _newBlocks);

    public long NewPlainBytes => Interlocked.Read(ref _newPlainBytes);

    public void Add(long readBytes, int blocks)
    {
        Interlocked.Add(ref _blocks, blocks);
        var done = Interlocked.Add(ref _readBytes, readBytes);
        // Widened ranges read a little more than was counted beforehand.
        progress?.Report(new(Math.Min(done, totalBytes), totalBytes));
    }

    public void Stored(int plainBytes)
    {
        Interlocked.Increment(ref _newBlocks);
        Interlocked.Add(ref _newPlainBytes, plainBytes);
    }
}
