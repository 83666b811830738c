using System.Buffers;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>A disk held against the ground truth, byte by byte.</summary>
/// <param name="FirstDifference">Offset of the first byte that differs; -1 when none does.</param>
/// <param name="Application">"consistent", "torn" or "none": what the application finds on this disk.</param>
internal sealed record DiskComparison(long Length, long ComparedBytes, long DifferentBytes, long FirstDifference, string Application)
{
    private const int PieceSize = 1024 * 1024;

    public bool Identical => DifferentBytes == 0;

    public static async Task<DiskComparison> RunAsync(IVirtualDisk disk, LabTruth truth, ApplicationPlace? application, CancellationToken cancellation)
    {
        // A length that differs is a difference of everything beyond the shorter one.
        long common = Math.Min(disk.Length, truth.Length);
        long different = Math.Abs(disk.Length - truth.Length);
        long first = different > 0 ? common : -1;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceSize * 2);
        try
        {
            foreach (DiskRange range in (await ToReadAsync(disk, truth, common, cancellation)).Ranges)
            {
                for (long at = range.Offset; at < range.End; at += PieceSize)
                {
                    int size = (int)Math.Min(PieceSize, range.End - at);
                    Memory<byte> real = buffer.AsMemory(0, size);
                    Memory<byte> expected = buffer.AsMemory(PieceSize, size);
                    await disk.ReadAsync(at, real, cancellation);
                    await truth.ReadAsync(at, expected, cancellation);
                    int same = real.Span.CommonPrefixLength(expected.Span);
                    if (same == size)
                        continue;
                    first = first < 0 || at + same < first ? at + same : first;
                    different += CountDifferent(real.Span, expected.Span);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new(disk.Length, common, different, first, await JudgeAsync(disk, application, cancellation));
    }

    /// <summary>What neither side holds data for is zero on both.</summary>
    private static async Task<Extents> ToReadAsync(IVirtualDisk disk, LabTruth truth, long common, CancellationToken cancellation)
    {
        List<DiskRange> held = [];
        await foreach (DiskRange range in disk.AllocatedAsync(0, disk.Length, cancellation))
            held.Add(range);
        return Extents.Of(held).Union(await truth.AllocatedAsync(cancellation)).RoundTo(4096, common);
    }

    private static long CountDifferent(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        long count = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i])
                count++;
        }

        return count;
    }

    private static async Task<string> JudgeAsync(IVirtualDisk disk, ApplicationPlace? place, CancellationToken cancellation)
    {
        if (place is null || place.SecondPage + ApplicationPlace.PageSize > disk.Length)
            return "none";
        (long? first, long? second) = await GuestApplication.ReadAsync(disk, place, cancellation);
        return first is not null && first == second ? "consistent" : "torn";
    }
}
