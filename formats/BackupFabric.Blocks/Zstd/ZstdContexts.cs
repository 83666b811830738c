using System.Runtime.ConstrainedExecution;

namespace BackupFabric.Blocks.Zstd;

/// <summary>One worker's compression and decompression state inside libzstd, made when first needed and reused for every block.</summary>
internal sealed unsafe class ZstdContexts : CriticalFinalizerObject, IDisposable
{
    private nint compressor;
    private nint decompressor;
    private bool disposed;

    ~ZstdContexts() => Free();

    /// <summary>Length of the Zstandard frame, or 0 when it does not fit.</summary>
    public int Compress(ReadOnlySpan<byte> plain, Span<byte> payload, int level)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (compressor == 0) compressor = Made(LibZstd.CreateCompressor());
        fixed (byte* source = plain)
        fixed (byte* destination = payload)
        {
            var length = LibZstd.Compress(compressor, destination, (nuint)payload.Length, source, (nuint)plain.Length, level);
            GC.KeepAlive(this);
            return LibZstd.IsError(length) != 0 ? 0 : (int)length;
        }
    }

    /// <summary>True when the payload decodes to exactly <paramref name="plain"/>.</summary>
    public bool TryDecompress(ReadOnlySpan<byte> payload, Span<byte> plain)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (decompressor == 0) decompressor = Made(LibZstd.CreateDecompressor());
        fixed (byte* source = payload)
        fixed (byte* destination = plain)
        {
            var length = LibZstd.Decompress(decompressor, destination, (nuint)plain.Length, source, (nuint)payload.Length);
            GC.KeepAlive(this);
            return LibZstd.IsError(length) == 0 && length == (nuint)plain.Length;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static nint Made(nint context) => context != 0 ? context : throw new InvalidOperationException("libzstd could not make a context; the system is out of memory.");

    private void Free()
    {
        disposed = true;
        if (compressor != 0) LibZstd.FreeCompressor(compressor);
        if (decompressor != 0) LibZstd.FreeDecompressor(decompressor);
        compressor = decompressor = 0;
    }
}
