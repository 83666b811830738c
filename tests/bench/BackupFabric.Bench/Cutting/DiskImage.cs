using BackupFabric.Blocks;
using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Bench.Cutting;

/// <summary>A raw image, read span by span.</summary>
internal sealed class DiskImage(string path) : IDisposable
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read);

    public long Length => RandomAccess.GetLength(_file);

    public int Read(long offset, Span<byte> buffer)
    {
        var length = (int)Math.Min(buffer.Length, Length - offset);
        var read = 0;
        while (read < length)
        {
            var got = RandomAccess.Read(_file, buffer[read..length], offset + read);
            if (got == 0) throw new EndOfStreamException($"'{path}' ended at {offset + read} of {Length} bytes.");
            read += got;
        }

        var padded = (int)Cluster.Covering(length) * Cluster.Size;
        buffer[length..padded].Clear();
        return padded;
    }

    public void Dispose() => _file.Dispose();
}
