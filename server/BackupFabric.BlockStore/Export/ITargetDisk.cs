namespace BackupFabric.BlockStore.Export;

/// <summary>Where a disk is restored to. What is never written reads as zero.</summary>
public interface ITargetDisk
{
    /// <summary>Each place is written once, in about ascending order; several writes may be under way at once.</summary>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>After it returns, all that was written survives a power loss.</summary>
    ValueTask FlushAsync(CancellationToken cancellation);
}
