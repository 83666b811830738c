using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Import;

/// <param name="Basis">The point whose map was patched; null when everything was read.</param>
/// <param name="Blocks">Blocks that were cut and hashed.</param>
/// <param name="NewBlocks">Of them, those that were lacking.</param>
/// <param name="NewPlainBytes">Their bytes before packing.</param>
public sealed record ImportReport(Manifest Point, Manifest? Basis, long ReadBytes, long Blocks, long NewBlocks, long NewPlainBytes);
