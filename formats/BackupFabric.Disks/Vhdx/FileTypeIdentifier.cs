using System.Text;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.2.1: the first bytes of the file, never rewritten.</summary>
internal static class FileTypeIdentifier
{
    private const int CreatorOffset = 8;

    public static ReadOnlySpan<byte> Signature => "vhdxfile"u8;

    public static void Write(Span<byte> target, string creator)
    {
        Signature.CopyTo(target);
        Encoding.Unicode.GetBytes(creator, target[CreatorOffset..]);
    }
}
