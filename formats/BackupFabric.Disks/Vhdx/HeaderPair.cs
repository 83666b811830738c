using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>The two headers of a file. An update goes to the one that is not current, so that a torn write leaves the other ([MS-VHDX] 2.2.2.1).</summary>
internal sealed class HeaderPair
{
    private readonly IImageFile _file;
    private bool _firstIsCurrent;

    private HeaderPair(IImageFile file, VhdxHeader current, bool firstIsCurrent)
    {
        _file = file;
        Current = current;
        _firstIsCurrent = firstIsCurrent;
    }

    public VhdxHeader Current { get; private set; }

    public static HeaderPair Read(IImageFile file)
    {
        Span<byte> buffer = stackalloc byte[VhdxHeader.Size];
        file.Read(VhdxLayout.Header1Offset, buffer);
        VhdxHeader? first = VhdxHeader.TryParse(buffer);
        file.Read(VhdxLayout.Header2Offset, buffer);
        VhdxHeader? second = VhdxHeader.TryParse(buffer);

        if (first is null && second is null) throw ImageFault.Damaged(file.Path, "neither of its two headers is intact");
        if (first is not null && second is not null && first.SequenceNumber == second.SequenceNumber && first != second)
            throw ImageFault.Damaged(file.Path, "its two headers contradict each other");
        bool firstIsCurrent = second is null || (first is not null && first.SequenceNumber > second.SequenceNumber);
        VhdxHeader current = firstIsCurrent ? first! : second!;
        Check(file, current);
        return new HeaderPair(file, current, firstIsCurrent);
    }

    /// <summary>
    /// Makes <paramref name="header"/> durable in both places, one after the other. What was written before the call is durable before the
    /// header says so.
    /// </summary>
    public void Update(VhdxHeader header)
    {
        _file.Flush();
        for (int i = 0; i < 2; i++) WriteOther(header);
    }

    private void WriteOther(VhdxHeader header)
    {
        VhdxHeader next = header with { SequenceNumber = Current.SequenceNumber + 1 };
        Span<byte> buffer = stackalloc byte[VhdxHeader.Size];
        next.Write(buffer);
        _file.Write(_firstIsCurrent ? VhdxLayout.Header2Offset : VhdxLayout.Header1Offset, buffer);
        _file.Flush();
        _firstIsCurrent = !_firstIsCurrent;
        Current = next;
    }

    private static void Check(IImageFile file, VhdxHeader header)
    {
        if (header.Version != 1)
            throw ImageFault.Unsupported(file.Path, $"it is VHDX version {header.Version}, and version 1 is known", "Convert it with the program that made it.");
        if (header.LogVersion != 0)
            throw ImageFault.Unsupported(file.Path, $"its log has version {header.LogVersion}, and version 0 is known", "Open and close it once with the program that made it.");
        if (header.LogLength % VhdxLayout.MiB != 0 || header.LogOffset % VhdxLayout.MiB != 0 || header.LogOffset < VhdxLayout.HeaderSectionEnd
            || header.LogLength == 0 || header.LogOffset > file.Length - header.LogLength)
            throw ImageFault.Damaged(file.Path, $"its log is said to lie at {header.LogOffset} with {header.LogLength} bytes, which cannot be");
    }
}
