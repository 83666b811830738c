using System.ComponentModel;
using System.Runtime.InteropServices;

namespace BackupFabric.BlockStore.Volumes;

/// <summary>Makes a folder's names durable on Unix: .NET opens no folders, so the three calls are made directly.</summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;
    private const int PermissionDenied = 13;

    // File systems without folder synchronization (some network and FUSE mounts) say so; there is nothing more to ask of them.
    private const int InvalidArgument = 22;

    public static void Sync(string folder)
    {
        if (!TrySync(folder)) throw new UnauthorizedAccessException($"The folder '{folder}' may not be opened, so its names cannot be made durable.");
    }

    /// <summary>False when the folder may not be opened.</summary>
    public static bool TrySync(string folder)
    {
        var descriptor = Open(folder, OperatingSystem.IsLinux() ? ReadOnly | CloseOnExec : ReadOnly);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == PermissionDenied) return false;
        if (descriptor < 0) throw Failed(folder, Marshal.GetLastPInvokeError());
        var error = Flush(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        return error is 0 or InvalidArgument ? true : throw Failed(folder, error);
    }

    private static IOException Failed(string folder, int error) =>
        new($"The folder '{folder}' could not be synchronized: {new Win32Exception(error).Message}.", error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
