using System.Buffers;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>
/// Brings what a differencing file holds into its parent. The child stays as it is and may be read meanwhile: what it holds it serves itself, and what it
/// does not hold is not changed in the parent. So a merge that was cut off is simply done again. At its end the parent takes over the identity
/// of the child's contents, for these are what it holds now; files that were made on the child go on with the parent once they are linked to it.
/// </summary>
internal sealed class VhdxMerge(VhdxDisk child, VhdxDisk target)
{
    private const int CopyAtOnce = 4 * VhdxLayout.MiB;

    public static async Task RunAsync(IImageStore store, string childPath, CancellationToken cancellation)
    {
        using IImageFile childFile = store.Open(childPath, writable: false);
        await using VhdxDisk child = VhdxOpener.Open(childFile, VhdxAccess.Read, new ImageChain(store));
        if (child.Parent is null) throw ImageFault.Unsupported(childPath, "it has no parent to merge it into", "Only differencing images are merged.");
        if (child.Parent.DataWriteGuid == child.DataWriteGuid) return;
        if (child.Length > child.Parent.Length)
            throw ImageFault.Unsupported(childPath, "it is longer than its parent", "Extend the parent to the child's length first.");

        using IImageFile parentFile = store.Open(child.Parent.File.Path, writable: true);
        await using VhdxDisk target = VhdxOpener.Open(parentFile, VhdxAccess.Merge, new ImageChain(store));
        await new VhdxMerge(child, target).CopyAsync(cancellation);
        await Task.Run(() => target.Writer.Close(child.DataWriteGuid), CancellationToken.None);
    }

    private async Task CopyAsync(CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CopyAtOnce);
        try
        {
            DiskSegment run;
            for (long position = 0; position < child.Length; position += run.Length)
            {
                run = child.RunAt(position, child.Length);
                if (run.Source == SegmentSource.File) await CopyRangeAsync(new DiskRange(position, run.Length), buffer, cancellation);
                else if (run.Source == SegmentSource.Zero) await ZeroRangeAsync(new DiskRange(position, run.Length), buffer, cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task CopyRangeAsync(DiskRange range, byte[] buffer, CancellationToken cancellation)
    {
        for (long position = range.Offset; position < range.End;)
        {
            Memory<byte> part = buffer.AsMemory(0, (int)Math.Min(CopyAtOnce, range.End - position));
            await child.ReadAsync(position, part, cancellation);
            await target.WriteAsync(position, part, cancellation);
            position += part.Length;
        }
    }

    /// <summary>What the child declares empty is written as zeros only where the parent, or one below it, holds something.</summary>
    private async Task ZeroRangeAsync(DiskRange range, byte[] buffer, CancellationToken cancellation)
    {
        List<DiskRange> held = [];
        await foreach (DiskRange part in target.AllocatedAsync(range.Offset, range.Length, cancellation)) held.Add(part);
        if (held.Count == 0) return;
        buffer.AsSpan().Clear();
        int sector = target.Info.LogicalSectorSize;
        foreach (DiskRange part in Extents.Of(held).RoundTo(sector, range.End).Ranges)
        {
            for (long position = part.Offset; position < part.End;)
            {
                int here = (int)Math.Min(CopyAtOnce, part.End - position);
                await target.WriteAsync(position, buffer.AsMemory(0, here), cancellation);
                position += here;
            }
        }
    }
}
