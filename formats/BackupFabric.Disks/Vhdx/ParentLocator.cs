using System.Buffers.Binary;
using System.Text;
using BackupFabric.Disks.Files;

namespace BackupFabric.Disks.Vhdx;

/// <summary>[MS-VHDX] 2.6.2.6: which file a differencing one stands on, and where to look for it.</summary>
internal sealed record ParentLocator(IReadOnlyDictionary<string, string> Entries)
{
    public const string Linkage = "parent_linkage";
    public const string Linkage2 = "parent_linkage2";
    public const string RelativePath = "relative_path";
    public const string VolumePath = "volume_path";
    public const string AbsolutePath = "absolute_win32_path";

    private const int HeaderSize = 20;
    private const int EntrySize = 12;
    private const int EntriesMax = 64;

    private static readonly Guid VhdxLocator = new("B04AEFB7-D19E-4A81-B789-25B8E9445913");

    public static ParentLocator Parse(IImageFile file, ReadOnlySpan<byte> item)
    {
        if (item.Length < HeaderSize) throw ImageFault.Damaged(file.Path, "its parent locator is cut off");
        if (new Guid(item[..16]) != VhdxLocator)
            throw ImageFault.Unsupported(file.Path, "its parent is not named the way VHDX files name it", "Merge or convert it with the program that made it.");
        int count = BinaryPrimitives.ReadUInt16LittleEndian(item[18..]);
        if (count > EntriesMax || HeaderSize + (count * EntrySize) > item.Length)
            throw ImageFault.Damaged(file.Path, $"its parent locator claims {count} entries");
        Dictionary<string, string> entries = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = item.Slice(HeaderSize + (i * EntrySize), EntrySize);
            string key = Text(file, item, BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]));
            string value = Text(file, item, BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]), BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]));
            entries[key] = value;
        }

        return new ParentLocator(entries);
    }

    /// <summary>A locator for a parent at a path of this machine.</summary>
    public static ParentLocator For(string childPath, string parentPath, Guid parentDataWriteGuid)
    {
        string parent = Path.GetFullPath(parentPath);
        string folder = Path.GetDirectoryName(Path.GetFullPath(childPath)) ?? parent;
        string relative = Path.GetRelativePath(folder, parent);
        Dictionary<string, string> entries = new() { [Linkage] = parentDataWriteGuid.ToString("B") };
        // GetRelativePath returns its argument when there is no way from one root to the other.
        if (!Path.IsPathRooted(relative))
        {
            string windows = relative.Replace('/', '\\');
            entries[RelativePath] = windows.StartsWith('.') ? windows : @".\" + windows;
        }

        entries[AbsolutePath] = parent;
        return new ParentLocator(entries);
    }

    /// <summary>Whether a file with this DataWriteGuid holds the contents that the child was made on.</summary>
    public bool Accepts(Guid dataWriteGuid) => Matches(Linkage, dataWriteGuid) || Matches(Linkage2, dataWriteGuid);

    /// <summary>Where the parent may lie, best guess first.</summary>
    public IReadOnlyList<string> Candidates(string childPath) =>
        ParentPath.Candidates(childPath, Value(RelativePath), Value(VolumePath), Value(AbsolutePath), null);

    public byte[] ToBytes()
    {
        int length = HeaderSize + (Entries.Count * EntrySize) + Entries.Sum(e => 2 * (e.Key.Length + e.Value.Length));
        byte[] item = new byte[length];
        VhdxLocator.TryWriteBytes(item);
        BinaryPrimitives.WriteUInt16LittleEndian(item.AsSpan(18), (ushort)Entries.Count);
        int entry = HeaderSize, text = HeaderSize + (Entries.Count * EntrySize);
        foreach ((string key, string value) in Entries)
        {
            BinaryPrimitives.WriteInt32LittleEndian(item.AsSpan(entry), text);
            BinaryPrimitives.WriteUInt16LittleEndian(item.AsSpan(entry + 8), (ushort)Encoding.Unicode.GetBytes(key, item.AsSpan(text)));
            text += 2 * key.Length;
            BinaryPrimitives.WriteInt32LittleEndian(item.AsSpan(entry + 4), text);
            BinaryPrimitives.WriteUInt16LittleEndian(item.AsSpan(entry + 10), (ushort)Encoding.Unicode.GetBytes(value, item.AsSpan(text)));
            text += 2 * value.Length;
            entry += EntrySize;
        }

        return item;
    }

    private bool Matches(string key, Guid dataWriteGuid) =>
        Value(key) is { } text && Guid.TryParse(text, out Guid linkage) && linkage == dataWriteGuid;

    private string? Value(string key) => Entries.GetValueOrDefault(key);

    private static string Text(IImageFile file, ReadOnlySpan<byte> item, uint offset, ushort length)
    {
        if (offset > item.Length || length > item.Length - offset || length % 2 != 0)
            throw ImageFault.Damaged(file.Path, "a text of its parent locator lies outside of it");
        return Encoding.Unicode.GetString(item.Slice((int)offset, length));
    }
}
