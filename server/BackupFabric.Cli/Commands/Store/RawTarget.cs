using System.Runtime.InteropServices;
using BackupFabric.Cli.Output;
using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>
/// A new sparse file as the target of a restore. What was written is handed to the disk while more is being restored, so that little is left to do when the file is
/// flushed.
/// </summary>
internal sealed partial class RawTarget(SafeFileHandle file) : ITargetFile
{
    /// <summary>SYNC_FILE_RANGE_WRITE: begin to write out, do not wait.</summary>
    private const uint BeginWriteOut = 2;

    public static ITargetFile Create(string path, long length)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            RandomAccess.SetLength(file, length);
            return new RawTarget(file);
        }
        catch (Exception refused) when (refused is ArgumentException or IOException)
        {
            file.Dispose();
            if (refused is IOException full && IsFull(full)) throw;
            throw new CliProblemException("target-too-large", $"'{path}' cannot become {length} bytes long: {refused.Message}", "Restore to a volume that holds files of that length.", ExitCode.Refused, refused);
        }
    }

    /// <summary>ENOSPC and EDQUOT; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.</summary>
    public static bool IsFull(IOException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause.HResult is 28 or 122 or unchecked((int)0x80070027) or unchecked((int)0x80070070)) return true;
        }

        return false;
    }

    /// <summary>On the worker's own thread: there is one for each, and a write is a copy into the system's cache.</summary>
    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        RandomAccess.Write(file, bytes.Span, offset);
        if (OperatingSystem.IsLinux()) _ = SyncRange(file, offset, bytes.Length, BeginWriteOut);
        return ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync(CancellationToken cancellation) => await Task.Run(() => RandomAccess.FlushToDisk(file), cancellation);

    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    // A hint: where it is not heeded, the flush at the end takes longer.
    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncRange(SafeFileHandle file, long offset, long length, uint flags);
}
