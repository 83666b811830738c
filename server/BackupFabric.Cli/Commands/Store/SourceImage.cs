using System.Runtime.CompilerServices;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Import;
using BackupFabric.Disks;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>A disk image of any format as the source of an import.</summary>
internal sealed class SourceImage(string path, IVirtualDisk disk) : ISourceDisk, IAsyncDisposable
{
    public long Length => disk.Length;

    public static async Task<SourceImage> OpenAsync(string path, CancellationToken cancellation) =>
        new(Path.GetFullPath(path), await DiskImage.OpenAsync(path, writable: false, cancellation));

    public ImportRequest Request(string vm, string diskKey, IReadOnlyList<ByteRange>? changed) => new(
        vm, diskKey, path, Environment.MachineName, disk.Info.LogicalSectorSize, disk.Info.PhysicalSectorSize, disk.Info.BlockSize, changed);

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) => disk.ReadAsync(offset, buffer, cancellation);

    public async IAsyncEnumerable<ByteRange> AllocatedAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var range in disk.AllocatedAsync(0, disk.Length, cancellation)) yield return new(range.Offset, range.Length);
    }

    public ValueTask DisposeAsync() => disk.DisposeAsync();
}
