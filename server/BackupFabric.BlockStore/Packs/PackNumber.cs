using System.Globalization;

namespace BackupFabric.BlockStore.Packs;

/// <summary>
/// Names a pack for ever: the fencing number of the owner that began it, then a counter. Never used twice, and later packs have greater numbers.
/// </summary>
internal readonly record struct PackNumber(ulong Value) : IComparable<PackNumber>
{
    private const string Extension = ".pack";

    public PackNumber(uint fence, uint counter) : this((ulong)fence << 32 | counter) { }

    public uint Fence => (uint)(Value >> 32);

    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{Fence:x8}-{(uint)Value:x8}{Extension}");

    public string PathIn(PackKind kind) => FolderOf(kind) + "/" + FileName;

    public static string FolderOf(PackKind kind) => kind == PackKind.Data ? "data" : "maps";

    public static bool TryParse(string fileName, out PackNumber number)
    {
        number = default;
        if (fileName.Length != 17 + Extension.Length || fileName[8] != '-' || !fileName.EndsWith(Extension, StringComparison.Ordinal)) return false;
        if (!uint.TryParse(fileName.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var fence)) return false;
        if (!uint.TryParse(fileName.AsSpan(9, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var counter)) return false;
        number = new(fence, counter);
        return true;
    }

    public int CompareTo(PackNumber other) => Value.CompareTo(other.Value);

    public override string ToString() => FileName;
}

/// <summary>The number is on disk (FORMAT.md).</summary>
internal enum PackKind : byte
{
    Data = 1,
    Map = 2,
}
