using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Verification;

/// <summary>Fetches what is lacking from a copy of the repository, proves it, and stores it anew.</summary>
internal sealed class Healer
{
    private readonly RepositoryParts _parts;
    private readonly RepositoryParts _source;
    private readonly byte[] _block;
    private readonly byte[] _node;

    /// <summary>Fails with <c>heal-source-foreign</c> when the source is not a copy of this repository.</summary>
    public Healer(RepositoryParts parts, RepositoryParts source, int nodeBytesMax)
    {
        var isCopy = source.Identity.Id == parts.Identity.Id && source.Identity.Keys.Blocks.Bytes.SequenceEqual(parts.Identity.Keys.Blocks.Bytes);
        if (!isCopy || source == parts) throw RepositoryErrors.HealSourceForeign(source.Volume.Name);
        (_parts, _source) = (parts, source);
        _block = new byte[BlockSealer.BoundOf(parts.Identity.Rules.GreatestBytes) + RecordEnvelope.Size];
        _node = new byte[nodeBytesMax + RecordEnvelope.Size + PackFormat.RecordTrailerSize];
    }

    public long Healed { get; private set; }

    /// <summary>False when the source has no whole copy.</summary>
    public async ValueTask<bool> TryBlockAsync(BlockId id, CancellationToken cancellation)
    {
        try
        {
            var read = await _source.Data.Reader.ReadAsync(id, _block, null, cancellation);
            if (read.IsMissing || read.Fault is not null) return false;
            var (place, payload) = (read.Place, _block.AsMemory(0, read.Place.OpenedLength));
            _parts.Proofs.Prove(id, place.Codec, place.PlainLength, payload.Span);
            _parts.Space.Claim(PackFormat.RecordSize(payload.Length));
            if (await _parts.Data.AppendAsync(id, place with { Pack = default, Offset = 0, PayloadLength = payload.Length, Flags = 0 }, payload, cancellation)) Healed++;
            return true;
        }
        catch (RepositoryException refused) when (refused.Code is "block-forged" or "codec-missing")
        {
            return false;
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }

    public async ValueTask<bool> TryNodeAsync(BlockId id, CancellationToken cancellation)
    {
        try
        {
            var read = await _source.MapPacks.Reader.ReadAsync(id, _node, _parts.Identity.Keys.Blocks, cancellation);
            if (read.IsMissing || read.Fault is not null) return false;
            await _parts.Nodes.PutAsync(id, _node.AsMemory(0, read.Place.OpenedLength), cancellation);
            Healed++;
            return true;
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }

    /// <summary>A damaged or lost manifest; the copy's was proved under the same key when it was opened.</summary>
    public async Task<bool> TryManifestAsync(Guid pointId, CancellationToken cancellation)
    {
        if (_source.Points.Find(pointId) is not { } manifest) return false;
        try
        {
            await _parts.PointFiles.PutBackAsync(manifest, cancellation);
            Healed++;
            return true;
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }

    /// <summary>Before anything relies on what was healed.</summary>
    public async Task MakeDurableAsync(CancellationToken cancellation)
    {
        if (Healed == 0) return;
        try
        {
            await _parts.Data.FlushAsync(cancellation);
            await _parts.MapPacks.FlushAsync(cancellation);
        }
        catch (VolumeFullException full)
        {
            throw _parts.Space.Full(full);
        }
    }
}
