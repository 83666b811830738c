namespace BackupFabric.BlockStore.Encryption;

/// <summary>Arrays for secrets: the collector never moves them, so that wiping one leaves no copy behind.</summary>
internal static class KeyBytes
{
    public const int Size = 32;

    public static byte[] Random(FillRandom random)
    {
        var key = Room(Size);
        random(key);
        return key;
    }

    public static byte[] Copy(ReadOnlySpan<byte> key)
    {
        var copy = Room(key.Length);
        key.CopyTo(copy);
        return copy;
    }

    public static byte[] Room(int length) => GC.AllocateArray<byte>(length, pinned: true);
}
