using BackupFabric.Blocks;

namespace BackupFabric.BlockStore;

/// <param name="OwnerName">Who opens it, for the lock's message: "bf-server on HV-BACKUP".</param>
/// <param name="PackBytesMax">A data pack is sealed and a new one begun beyond this.</param>
/// <param name="FreeBytesReserve">Writing stops with <c>repository-full</c> when the volume would fall below this.</param>
/// <param name="Cutting">Only for a new repository; default rules with a random seed when null.</param>
/// <param name="Secret">
/// Creating: given, the repository is encrypted from its first byte on, and opens with this secret. Opening: one of the repository's secrets; null for one that is not
/// encrypted. It is needed until the repository is open, and stays the caller's to dispose.
/// </param>
public sealed record RepositoryOptions(
    string OwnerName, long PackBytesMax = 256L << 20, long FreeBytesReserve = 256L << 20, CuttingRules? Cutting = null, RepositorySecret? Secret = null);
