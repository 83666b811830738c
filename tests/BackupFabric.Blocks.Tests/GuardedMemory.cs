namespace BackupFabric.Blocks.Tests;

/// <summary>A span with marked bytes before and behind it: whoever writes outside the span is found out.</summary>
internal sealed class GuardedMemory
{
    private const int Guard = 256;
    private const byte Mark = 0xA5;

    private readonly byte[] bytes;
    private readonly int length;

    public GuardedMemory(int length)
    {
        this.length = length;
        bytes = new byte[length + 2 * Guard];
        Array.Fill(bytes, Mark);
    }

    public Span<byte> Span => bytes.AsSpan(Guard, length);

    public bool IsIntact => !bytes.AsSpan(0, Guard).ContainsAnyExcept(Mark) && !bytes.AsSpan(Guard + length).ContainsAnyExcept(Mark);
}
