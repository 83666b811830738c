using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Disks.Files;

/// <summary>A file of this machine.</summary>
internal sealed class ImageFile(SafeFileHandle handle, string path, bool canWrite) : IImageFile
{
    public string Path => path;

    public bool CanWrite => canWrite;

    public long Length => RandomAccess.GetLength(handle);

    public void Read(long offset, Span<byte> buffer)
    {
        try
        {
            while (buffer.Length > 0)
            {
                int got = RandomAccess.Read(handle, buffer, offset);
                if (got == 0) throw EndsEarly(offset);
                buffer = buffer[got..];
                offset += got;
            }
        }
        catch (Exception e) when (IsIo(e))
        {
            throw ImageFault.Io(path, "Reading", e);
        }
    }

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            while (buffer.Length > 0)
            {
                int got = await RandomAccess.ReadAsync(handle, buffer, offset, cancellation);
                if (got == 0) throw EndsEarly(offset);
                buffer = buffer[got..];
                offset += got;
            }
        }
        catch (Exception e) when (IsIo(e))
        {
            throw ImageFault.Io(path, "Reading", e);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            RandomAccess.Write(handle, data, offset);
        }
        catch (Exception e) when (IsIo(e))
        {
            throw ImageFault.Io(path, "Writing", e);
        }
    }

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        try
        {
            await RandomAccess.WriteAsync(handle, data, offset, cancellation);
        }
        catch (Exception e) when (IsIo(e))
        {
            throw ImageFault.Io(path, "Writing", e);
        }
    }

    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception e) when (IsIo(e) || e is ArgumentException)
        {
            throw ImageFault.Io(path, "Extending", e);
        }
    }

    public void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception e) when (IsIo(e))
        {
            throw ImageFault.Io(path, "Flushing", e);
        }
    }

    public DiskRange? NextData(long offset, long end)
    {
        if (offset >= end) return null;
        return OperatingSystem.IsLinux() ? LinuxFiles.NextData(handle, offset, end) : new DiskRange(offset, end - offset);
    }

    public void Dispose()
    {
        if (canWrite && OperatingSystem.IsLinux() && !handle.IsClosed) LinuxFiles.UnlockWriter(handle);
        handle.Dispose();
    }

    private DiskImageException EndsEarly(long offset) => ImageFault.Damaged(path, $"the file ends at byte {offset}, where more was expected");

    private static bool IsIo(Exception e) => e is (IOException and not DiskImageException) or UnauthorizedAccessException;
}
