using System.Runtime.CompilerServices;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Raw;

/// <summary>A file that is the disk, byte for byte; holes of the file are holes of the disk.</summary>
internal sealed class RawDisk(IImageFile file, VirtualDiskInfo info) : IVirtualDisk
{
    private const int SectorSize = 512;

    public VirtualDiskInfo Info => info;

    public long Length => info.Length;

    public bool CanWrite => file.CanWrite;

    public static RawDisk Open(IImageFile file) =>
        new(file, new VirtualDiskInfo(DiskFormat.Raw, DiskKind.Fixed, file.Length, SectorSize, SectorSize, 0, Guid.Empty, null));

    public static void Write(IImageFile file, DiskImageOptions options)
    {
        if (options.Kind == DiskKind.Differencing) throw ImageFault.Options(file.Path, "a raw image has no parent", "Choose VHDX for a differencing image.");
        if (options.Length <= 0 || options.Length % SectorSize != 0)
            throw ImageFault.Options(file.Path, $"its length {options.Length} is not a whole number of {SectorSize}-byte sectors", "Round the length up.");
        file.SetLength(options.Length);
    }

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        RangeCheck.Require(offset, buffer.Length, Length);
        return file.ReadAsync(offset, buffer, cancellation);
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        RangeCheck.Require(offset, data.Length, Length);
        RangeCheck.RequireSectors(offset, data.Length, SectorSize);
        return CanWrite ? file.WriteAsync(offset, data, cancellation) : throw ImageFault.ReadOnly(file.Path);
    }

    public async ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        if (CanWrite) await Task.Run(file.Flush, cancellation);
    }

    public async IAsyncEnumerable<DiskRange> AllocatedAsync(long offset, long length, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        RangeCheck.Require(offset, length, Length);
        await Task.CompletedTask;
        for (long position = offset; position < offset + length && file.NextData(position, offset + length) is { } data; position = data.End)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return data;
        }
    }

    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }
}
