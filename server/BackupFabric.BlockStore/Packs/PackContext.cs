using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

/// <summary>What packs of both kinds share.</summary>
/// <param name="Cipher">Null when the repository is not encrypted.</param>
internal sealed record PackContext(IVolume Volume, Guid Repository, IdKey PackKey, uint Fence, long PackBytesMax, StoreTuning Tuning, RecordCipher? Cipher = null)
{
    /// <summary>What a payload grows by when it is stored.</summary>
    public int EnvelopeSize => Cipher is null ? 0 : RecordEnvelope.Size;
}
