using System.Buffers;
using BackupFabric.Agent.Lab.Guests;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Machines;

/// <summary>Makes a VM's VHDX from another image or from a seed.</summary>
internal static class DiskFiller
{
    private const int PieceSize = 4 * 1024 * 1024;

    /// <summary>Gives the base content for the ground truth.</summary>
    public static async Task<TruthDisk> FillAsync(string target, NewDisk disk, IProgress<long>? progress, CancellationToken cancellation) =>
        disk.Image is null
            ? await FromSeedAsync(target, disk, progress, cancellation)
            : await FromImageAsync(target, Path.GetFullPath(disk.Image), progress, cancellation);

    /// <summary>Copies what an image holds into a new dynamic VHDX.</summary>
    public static async Task CopyAsync(IVirtualDisk source, string target, IProgress<long>? progress, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            await using IVirtualDisk image = await CreateAsync(target, source.Length, source.Info, cancellation);
            long copied = 0;
            await foreach (DiskRange range in source.AllocatedAsync(0, source.Length, cancellation))
            {
                for (long at = range.Offset; at < range.End;)
                {
                    Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(PieceSize, range.End - at));
                    await source.ReadAsync(at, piece, cancellation);
                    if (piece.Span.ContainsAnyExcept((byte)0))
                        await image.WriteAsync(at, piece, cancellation);
                    at += piece.Length;
                    progress?.Report(copied += piece.Length);
                }
            }

            await image.FlushAsync(cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<TruthDisk> FromImageAsync(string target, string image, IProgress<long>? progress, CancellationToken cancellation)
    {
        await using IVirtualDisk source = await DiskImage.OpenAsync(image, writable: false, cancellation);
        await CopyAsync(source, target, progress, cancellation);
        FileInfo file = new(image);
        return new() { Length = source.Length, Image = image, ImageFileBytes = file.Length, ImageWrittenUtc = file.LastWriteTimeUtc };
    }

    private static async Task<TruthDisk> FromSeedAsync(string target, NewDisk disk, IProgress<long>? progress, CancellationToken cancellation)
    {
        SeededContent content = new(disk.Seed, disk.Length, disk.UsedBytes);
        byte[] buffer = new byte[SeededContent.UnitSize];
        await using IVirtualDisk image = await CreateAsync(target, disk.Length, null, cancellation);
        long written = 0;
        foreach (long unit in content.UsedUnits)
        {
            Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, disk.Length - unit));
            content.Read(unit, piece.Span);
            await image.WriteAsync(unit, piece, cancellation);
            progress?.Report(written += piece.Length);
        }

        await image.FlushAsync(cancellation);
        return new() { Length = disk.Length, Seed = disk.Seed, UsedBytes = disk.UsedBytes };
    }

    private static Task<IVirtualDisk> CreateAsync(string target, long length, VirtualDiskInfo? like, CancellationToken cancellation) =>
        DiskImage.CreateAsync(
            target,
            new(DiskFormat.Vhdx, DiskKind.Dynamic, length, like?.LogicalSectorSize ?? 512, like?.PhysicalSectorSize ?? 4096, Bulk: true),
            cancellation);
}
