using Microsoft.Win32.SafeHandles;

namespace BackupFabric.BlockStore.Volumes;

internal sealed class LocalVolumeFile(string name, SafeFileHandle handle) : IVolumeFile
{
    private long _length = RandomAccess.GetLength(handle);

    public string Name => name;

    public long Length => Volatile.Read(ref _length);

    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        var wanted = Within(offset, buffer.Length);
        var read = 0;
        while (read < wanted)
        {
            var got = await RandomAccess.ReadAsync(handle, buffer[read..wanted], offset + read, cancellation);
            if (got == 0) break;
            read += got;
        }

        return read;
    }

    public int Read(long offset, Span<byte> buffer)
    {
        var wanted = Within(offset, buffer.Length);
        var read = 0;
        while (read < wanted)
        {
            var got = RandomAccess.Read(handle, buffer[read..wanted], offset + read);
            if (got == 0) break;
            read += got;
        }

        return read;
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        try
        {
            await RandomAccess.WriteAsync(handle, data, _length, cancellation);
            Volatile.Write(ref _length, _length + data.Length);
        }
        catch (IOException full) when (IsFull(full))
        {
            throw new VolumeFullException($"There is no room for {data.Length} bytes more in '{name}'.", full);
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellation) => await Task.Run(() => RandomAccess.FlushToDisk(handle), cancellation);

    public ValueTask TruncateAsync(long length, CancellationToken cancellation)
    {
        RandomAccess.SetLength(handle, length);
        Volatile.Write(ref _length, length);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        handle.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>ENOSPC and EDQUOT; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.</summary>
    internal static bool IsFull(IOException exception) =>
        exception.HResult is 28 or 122 or unchecked((int)0x80070027) or unchecked((int)0x80070070);

    // Bytes that a failed append left behind the length are not part of the file.
    private int Within(long offset, int wanted) => (int)Math.Clamp(Length - offset, 0, wanted);
}
