using System.Buffers;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.3.3: brings the changes of an active sequence to their places in the file, and empties the log.</summary>
internal static class LogReplay
{
    private const int ZeroAtOnce = VhdxLayout.MiB;

    public static void Run(IImageFile file, HeaderPair headers, LogSequence sequence)
    {
        if (sequence.LastFileOffset > file.Length) file.SetLength(sequence.LastFileOffset);
        foreach (LogChange change in sequence.Changes())
        {
            if (change.Page is not null) file.Write(change.FileOffset, change.Page);
            else WriteZeros(file, change.FileOffset, change.Length);
        }

        headers.Update(headers.Current with { FileWriteGuid = Guid.NewGuid(), LogGuid = Guid.Empty });
    }

    private static void WriteZeros(IImageFile file, long offset, long length)
    {
        byte[] zeros = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, ZeroAtOnce));
        try
        {
            zeros.AsSpan().Clear();
            long end = offset + length;
            // Holes are zero already; so the work is bounded by what the file holds, whatever the log says.
            while (file.NextData(offset, end) is { } data)
            {
                int here = (int)Math.Min(zeros.Length, data.Length);
                file.Write(data.Offset, zeros.AsSpan(0, here));
                offset = data.Offset + here;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(zeros);
        }
    }
}
