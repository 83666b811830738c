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
            for (long end = offset + length; offset < end;)
            {
                int here = (int)Math.Min(zeros.Length, end - offset);
                file.Write(offset, zeros.AsSpan(0, here));
                offset += here;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(zeros);
        }
    }
}
