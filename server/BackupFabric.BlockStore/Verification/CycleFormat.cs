using System.Buffers.Binary;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Verification;

/// <summary>The body of the file that says how far a cycle has come.</summary>
internal static class CycleFormat
{
    private const int Size = 80;

    public static byte[] Encode(VerificationCycle cycle)
    {
        var body = new byte[Size];
        BinaryPrimitives.WriteInt64LittleEndian(body, cycle.Began.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(8), cycle.Damage);
        Write(body.AsSpan(16), cycle.DataDone);
        Write(body.AsSpan(32), cycle.DataEnd);
        Write(body.AsSpan(48), cycle.NodesDone);
        Write(body.AsSpan(64), cycle.NodesEnd);
        return body;
    }

    public static VerificationCycle? TryDecode(ReadOnlySpan<byte> body) =>
        body.Length == Size && StoredTime.TryRead(body, out var began)
            ? new(began, Read(body[16..]), Read(body[32..]), Read(body[48..]), Read(body[64..]), BinaryPrimitives.ReadInt64LittleEndian(body[8..]))
            : null;

    private static void Write(Span<byte> to, PackMark mark)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, mark.Pack.Value);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], mark.Offset);
    }

    private static PackMark Read(ReadOnlySpan<byte> from) => new(new PackNumber(BinaryPrimitives.ReadUInt64LittleEndian(from)), BinaryPrimitives.ReadInt64LittleEndian(from[8..]));
}
