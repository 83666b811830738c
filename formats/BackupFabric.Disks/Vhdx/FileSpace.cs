using System.Numerics;

namespace BackupFabric.Disks.Vhdx;

/// <summary>Which MiB of the file belong to what was found so far; two owners of one place mean damage.</summary>
internal sealed class FileSpace
{
    private readonly string _path;
    private readonly long _fileLength;
    private ulong[] _taken = new ulong[16];

    public FileSpace(string path, long fileLength)
    {
        if (fileLength > VhdxLayout.FileSizeMax)
            throw ImageFault.Unsupported(path, $"the file has {fileLength} bytes, more than any VHDX needs", "Check where the file comes from.");
        _path = path;
        _fileLength = fileLength;
        Mark(0, 1, "the header section");
    }

    /// <summary>The end of the last thing found; space to hand out begins here or at the end of the file, whichever is later.</summary>
    public long End { get; private set; }

    /// <param name="needed">Bytes that must be inside the file; the rest of the last block of a disk may be cut off.</param>
    public void Claim(long offset, long length, string what, long needed = -1)
    {
        if (offset < VhdxLayout.HeaderSectionEnd || offset % VhdxLayout.MiB != 0 || length <= 0 || length % VhdxLayout.MiB != 0)
            throw ImageFault.Damaged(_path, $"{what} is said to lie at {offset} with {length} bytes, which cannot be");
        if (needed < 0) needed = length;
        if (offset > _fileLength - needed)
            throw ImageFault.Damaged(_path, $"{what} at {offset} lies beyond the end of the file at {_fileLength}");
        Mark(offset / VhdxLayout.MiB, length / VhdxLayout.MiB, what);
    }

    private void Mark(long first, long count, string what)
    {
        long end = first + count;
        End = Math.Max(End, end * VhdxLayout.MiB);
        long words = (end + 63) / 64;
        if (words > _taken.Length) Array.Resize(ref _taken, (int)BitOperations.RoundUpToPowerOf2((ulong)words));
        for (long i = first; i < end;)
        {
            int bit = (int)(i & 63);
            int bits = (int)Math.Min(64 - bit, end - i);
            ulong mask = (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1) << bit;
            ref ulong word = ref _taken[i >> 6];
            if ((word & mask) != 0) throw ImageFault.Damaged(_path, $"{what} at {first * VhdxLayout.MiB} overlaps something else");
            word |= mask;
            i += bits;
        }
    }
}
