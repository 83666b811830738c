using System.Buffers.Binary;

namespace BackupFabric.BlockStore.Verification;

/// <summary>The body of the file that says when each point was last proven.</summary>
internal static class ProofFormat
{
    private const int EntrySize = 32;

    public static byte[] Encode(IReadOnlyCollection<PointProof> proofs)
    {
        var body = new byte[proofs.Count * EntrySize];
        var at = 0;
        foreach (var proof in proofs.OrderBy(proof => proof.PointId))
        {
            var entry = body.AsSpan(at, EntrySize);
            proof.PointId.TryWriteBytes(entry, bigEndian: true, out _);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], proof.ReadFrom.UtcTicks);
            BinaryPrimitives.WriteInt64LittleEndian(entry[24..], proof.ReadUntil.UtcTicks);
            at += EntrySize;
        }

        return body;
    }

    public static bool TryDecode(ReadOnlySpan<byte> body, Dictionary<Guid, PointProof> proofs)
    {
        if (body.Length % EntrySize != 0) return false;
        for (; !body.IsEmpty; body = body[EntrySize..])
        {
            var id = new Guid(body[..16], bigEndian: true);
            if (!StoredTime.TryRead(body[16..], out var from) || !StoredTime.TryRead(body[24..], out var until)) return false;
            proofs[id] = new(id, from, until);
        }

        return true;
    }
}

/// <summary>A time as 100-nanosecond ticks of UTC since the year 1.</summary>
internal static class StoredTime
{
    public static bool TryRead(ReadOnlySpan<byte> bytes, out DateTimeOffset time)
    {
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var sound = ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks;
        time = sound ? new(ticks, TimeSpan.Zero) : default;
        return sound;
    }
}
