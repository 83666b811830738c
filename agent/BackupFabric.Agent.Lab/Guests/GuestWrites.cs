using System.Buffers;
using System.Globalization;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>
/// How a guest's writes reach the disks, under the VM's lock: first the log of writes, then the change tracking, then the image. A batch whose process dies is
/// written again by whoever takes the lock next, so that the log of writes is the truth whenever the lock is free.
/// </summary>
internal static class GuestWrites
{
    private const int PieceSize = 1024 * 1024;

    public static async Task ApplyAsync(VmSession session, IReadOnlyList<WriteRecord> records, CancellationToken cancellation)
    {
        long first = Truth.LastSequence(session.Folder) + 1;
        await File.WriteAllTextAsync(session.Folder.Unsettled, first.ToString(CultureInfo.InvariantCulture), cancellation);
        Truth.Append(session.Folder, records);
        await LandAsync(session, records, cancellation);
        File.Delete(session.Folder.Unsettled);
    }

    public static async Task SettleAsync(VmSession session, CancellationToken cancellation)
    {
        if (!session.Vm.TruthKnown || !File.Exists(session.Folder.Unsettled))
            return;
        string text = await File.ReadAllTextAsync(session.Folder.Unsettled, cancellation);
        if (long.TryParse(text, CultureInfo.InvariantCulture, out long first))
        {
            Truth.Append(session.Folder, []);
            await LandAsync(session, Truth.Writes(session.Folder, first, Truth.LastSequence(session.Folder)), cancellation);
        }

        File.Delete(session.Folder.Unsettled);
    }

    private static async Task LandAsync(VmSession session, IReadOnlyList<WriteRecord> records, CancellationToken cancellation)
    {
        foreach (IGrouping<int, WriteRecord> ofDisk in records.GroupBy(r => r.Disk))
        {
            VmDisk? disk = session.Vm.Settings.Disks.FirstOrDefault(d => d.TruthDisk == ofDisk.Key);
            if (disk is null)
                continue;
            if (disk.Tracking is not null)
                ChangeLog.AppendRanges(session.Local(disk.ChangeLog), ofDisk.Select(r => new DiskRange(r.Offset, r.Length)));
            // Closing writes the tables; a process that dies before is made up for by the next one.
            await using IVirtualDisk image = await DiskImage.OpenAsync(session.Local(disk.Path), writable: true, cancellation);
            foreach (WriteRecord record in ofDisk)
                await WriteAsync(image, record, cancellation);
        }
    }

    private static async Task WriteAsync(IVirtualDisk image, WriteRecord record, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            for (long done = 0; done < record.Length;)
            {
                Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(PieceSize, record.Length - done));
                WritePattern.Fill(record.Kind, record.Seed, done, piece.Span);
                await image.WriteAsync(record.Offset + done, piece, cancellation);
                done += piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
