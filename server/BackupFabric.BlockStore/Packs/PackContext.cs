using BackupFabric.Blocks;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>What packs of both kinds share.</summary>
internal sealed record PackContext(IVolume Volume, Guid Repository, IdKey PackKey, uint Fence, long PackBytesMax, StoreTuning Tuning);
