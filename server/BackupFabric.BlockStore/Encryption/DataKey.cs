namespace BackupFabric.BlockStore.Encryption;

/// <summary>Records are sealed under the one with the greatest number; all of them are kept, so that older records stay readable.</summary>
internal sealed record DataKey(int Number, DateTimeOffset MadeAt, byte[] Key)
{
    /// <summary>A record's sequence has two bytes for it.</summary>
    public const int NumberMax = ushort.MaxValue;
}
