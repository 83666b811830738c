using System.Runtime.InteropServices;

namespace BackupFabric.Blocks.Tests;

/// <summary>
/// An input and an output that both end exactly where memory ends that may be touched: on Linux the next page is forbidden, so that even a read
/// behind the end kills the process; elsewhere marked bytes find writes.
/// </summary>
internal sealed unsafe partial class FencedMemory
{
    private const int Page = 4096;
    private const int Area = 16 * Page;
    private const byte Mark = 0xA5;
    private const int ProtectNone = 0;
    private const int MarkedBytes = 64;

    // Kept for the life of the thread: the forbidden pages cannot go back to the allocator.
    [ThreadStatic]
    private static byte* mapped;

    private readonly byte* input;
    private readonly byte* output;
    private readonly int inputLength;
    private readonly int outputLength;

    private FencedMemory(ReadOnlySpan<byte> bytes, int outputLength)
    {
        if (mapped == null) mapped = Map();
        (inputLength, this.outputLength) = (bytes.Length, outputLength);
        input = mapped + Area - bytes.Length;
        output = mapped + 2 * Area + Page - outputLength;
        bytes.CopyTo(new Span<byte>(input, bytes.Length));
        new Span<byte>(output - MarkedBytes, MarkedBytes).Fill(Mark);
    }

    public ReadOnlySpan<byte> Input => new(input, inputLength);

    public Span<byte> Output => new(output, outputLength);

    /// <summary>Nothing was written before the output; behind it nothing can be.</summary>
    public bool IsIntact => !new Span<byte>(output - MarkedBytes, MarkedBytes).ContainsAnyExcept(Mark);

    public static FencedMemory Holding(ReadOnlySpan<byte> input, int outputLength) => new(input, outputLength);

    /// <summary>Two areas, each followed by a forbidden page.</summary>
    private static byte* Map()
    {
        var start = (byte*)NativeMemory.AlignedAlloc(2 * (Area + Page), Page);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, Protect(start + Area, Page, ProtectNone));
            Assert.Equal(0, Protect(start + 2 * Area + Page, Page, ProtectNone));
        }

        return start;
    }

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);
}
