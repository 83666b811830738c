using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Bench.Index;

/// <summary>Lets the operating system forget what it holds of a file; needs no rights beyond reading it.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4;

    public static bool TryForget(string folder)
    {
        if (!OperatingSystem.IsLinux()) return false;
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
            if (Advise(file, 0, 0, DontNeed) != 0) return false;
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
