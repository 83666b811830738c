using System.Runtime.InteropServices;

namespace BackupFabric.Blocks.Zstd;

/// <summary>
/// The system's libzstd, when there is one. It is looked up by its stable name only: libzstd.so.1 (Linux), libzstd.dll beside the program
/// (Windows), libzstd.1.dylib (macOS).
/// </summary>
internal static unsafe class LibZstd
{
    private static readonly nint Library = Load();

    public static readonly bool IsPresent = Library != 0;

    public static readonly delegate* unmanaged<nint> CreateCompressor = (delegate* unmanaged<nint>)Find("ZSTD_createCCtx");
    public static readonly delegate* unmanaged<nint, nuint> FreeCompressor = (delegate* unmanaged<nint, nuint>)Find("ZSTD_freeCCtx");
    public static readonly delegate* unmanaged<nint> CreateDecompressor = (delegate* unmanaged<nint>)Find("ZSTD_createDCtx");
    public static readonly delegate* unmanaged<nint, nuint> FreeDecompressor = (delegate* unmanaged<nint, nuint>)Find("ZSTD_freeDCtx");

    /// <summary>(context, destination, capacity, source, length, level) → length or error.</summary>
    public static readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint> Compress =
        (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint>)Find("ZSTD_compressCCtx");

    /// <summary>(context, destination, capacity, source, length) → length or error.</summary>
    public static readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> Decompress =
        (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)Find("ZSTD_decompressDCtx");

    public static readonly delegate* unmanaged<nuint, uint> IsError = (delegate* unmanaged<nuint, uint>)Find("ZSTD_isError");

    private static nint Load()
    {
        var name = OperatingSystem.IsWindows() ? Path.Combine(AppContext.BaseDirectory, "libzstd.dll")
            : OperatingSystem.IsMacOS() ? "libzstd.1.dylib"
            : "libzstd.so.1";
        return NativeLibrary.TryLoad(name, out var library) ? library : 0;
    }

    private static nint Find(string function) => IsPresent ? NativeLibrary.GetExport(Library, function) : 0;
}
