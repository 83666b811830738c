using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Disks.Files;

/// <summary>Image files on the volumes of this machine.</summary>
internal sealed class LocalImageStore : IImageStore
{
    public static readonly LocalImageStore Instance = new();

    public bool Exists(string path) => File.Exists(path);

    public string FullPath(string path) => Path.GetFullPath(path);

    public IImageFile Open(string path, bool writable)
    {
        SafeFileHandle handle = OpenHandle(path, FileMode.Open, writable);
        return Adopt(handle, path, writable);
    }

    public IImageFile Create(string path)
    {
        SafeFileHandle handle = OpenHandle(path, FileMode.CreateNew, writable: true);
        IImageFile file = Adopt(handle, path, writable: true);
        if (OperatingSystem.IsLinux()) LinuxFiles.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        return file;
    }

    public void Delete(string path) => File.Delete(path);

    private static ImageFile Adopt(SafeFileHandle handle, string path, bool writable)
    {
        // .NET maps sharing to whole-file advisory locks on Linux, which cannot say "many readers beside one writer"; a lock of our own can.
        if (writable && OperatingSystem.IsLinux() && !LinuxFiles.TryLockWriter(handle))
        {
            handle.Dispose();
            throw ImageFault.InUse(path);
        }

        return new ImageFile(handle, path, writable);
    }

    private static SafeFileHandle OpenHandle(string path, FileMode mode, bool writable)
    {
        FileAccess access = writable ? FileAccess.ReadWrite : FileAccess.Read;
        FileShare share = writable ? FileShare.Read | FileShare.Delete : FileShare.ReadWrite | FileShare.Delete;
        try
        {
            return File.OpenHandle(path, mode, access, share, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ImageFault.Missing(path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw ImageFault.Denied(path, e);
        }
        catch (IOException e) when (mode == FileMode.CreateNew && File.Exists(path))
        {
            throw ImageFault.Exists(path, e);
        }
        catch (IOException e) when (IsSharing(e))
        {
            throw ImageFault.InUse(path, e);
        }
        catch (IOException e)
        {
            throw ImageFault.Io(path, "Opening", e);
        }
    }

    /// <summary>ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION; EWOULDBLOCK where flock says no.</summary>
    private static bool IsSharing(IOException e) => e.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021) or 11;
}
