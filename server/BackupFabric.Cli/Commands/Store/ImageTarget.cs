using BackupFabric.Disks;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>A new VHD or VHDX as the target of a restore. Its writer takes one write at a time.</summary>
internal sealed class ImageTarget(IVirtualDisk disk) : ITargetFile
{
    private readonly SemaphoreSlim _turn = new(1);

    public static async Task<ITargetFile> CreateAsync(string path, DiskImageOptions options, CancellationToken cancellation) =>
        new ImageTarget(await DiskImage.CreateAsync(path, options, cancellation));

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await disk.WriteAsync(offset, bytes, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public ValueTask FlushAsync(CancellationToken cancellation) => disk.FlushAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await disk.DisposeAsync();
        _turn.Dispose();
    }
}
