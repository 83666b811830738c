using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Disks.Files;

/// <summary>What the runtime does not offer on Linux: holes in files, locks that belong to an open file, durable folder entries.</summary>
[SupportedOSPlatform("linux")]
internal static partial class LinuxFiles
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchAddress = 6; // ENXIO: no data at or after the offset
    private const int OfdSetLock = 37;   // F_OFD_SETLK
    private const short WriteLock = 1;
    private const short NoLock = 2;
    private const int ReadOnlyDirectory = 0x10000; // O_DIRECTORY; O_RDONLY is 0

    /// <summary>Far beyond any image, so that it meets no lock of another program.</summary>
    private const long WriterLockOffset = 0x7424_6000_0000_0000L;

    public static DiskRange? NextData(SafeFileHandle handle, long offset, long end)
    {
        long data = Seek(handle, offset, SeekData);
        // A file system without hole support answers EINVAL; then all is data.
        if (data < 0) return Marshal.GetLastPInvokeError() == NoSuchAddress ? null : new DiskRange(offset, end - offset);
        if (data >= end) return null;
        long hole = Seek(handle, data, SeekHole);
        if (hole < 0 || hole > end) hole = end;
        return new DiskRange(data, hole - data);
    }

    public static bool TryLockWriter(SafeFileHandle handle)
    {
        FileLock request = new() { Type = WriteLock, Start = WriterLockOffset, Length = 1 };
        if (Control(handle, OfdSetLock, ref request) == 0) return true;
        int error = Marshal.GetLastPInvokeError();
        return error is not (11 or 13); // EAGAIN, EACCES: someone holds it. Anything else: the file system has no locks.
    }

    /// <summary>
    /// Closing is not enough: a process that is being started at this moment holds a copy of the open file until it runs its own program,
    /// and the lock with it.
    /// </summary>
    public static void UnlockWriter(SafeFileHandle handle)
    {
        FileLock request = new() { Type = NoLock, Start = WriterLockOffset, Length = 1 };
        _ = Control(handle, OfdSetLock, ref request);
    }

    public static void FlushFolder(string folder)
    {
        int descriptor = OpenFile(folder, ReadOnlyDirectory);
        if (descriptor < 0) return; // a folder we may enter but not list cannot be flushed; the file itself still is
        _ = FlushDescriptor(descriptor);
        _ = CloseDescriptor(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle handle, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, int command, ref FileLock request);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int ProcessId;
    }
}
