namespace BackupFabric.BlockStore.Export;

/// <param name="WrittenBytes">Holes are not written.</param>
/// <param name="Blocks">Opened, hashed and found right.</param>
/// <param name="PackReads">Reads of packs; neighbouring records are read at once.</param>
public sealed record ExportReport(long WrittenBytes, long Blocks, long PackReads);
