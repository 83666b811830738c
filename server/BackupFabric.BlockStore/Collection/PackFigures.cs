using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Collection;

/// <summary>How much of a sealed pack is needed.</summary>
/// <param name="LiveBytes">Records and their lines in the table, so that a pack in which all is needed has a share of one, however small its records are.</param>
internal readonly record struct PackFigures(PackNumber Pack, long Length, long LiveBytes)
{
    /// <summary>Header and footer are needed whatever the pack holds.</summary>
    public const int FrameBytes = PackFormat.HeaderSize + PackTable.FooterSize;

    public long DeadBytes => Math.Max(0, Length - FrameBytes - LiveBytes);

    public bool IsDead => LiveBytes == 0;

    public bool IsThin(double share) => !IsDead && DeadBytes > 0 && LiveBytes < share * (Length - FrameBytes);

    public static int LiveBytesOf(int payloadLength) => PackFormat.RecordSize(payloadLength) + PackTable.EntrySize;
}
