using System.Buffers.Binary;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>One write of a guest in the log of writes. Its sequence is its place in the log, counted from 1.</summary>
internal readonly record struct WriteRecord(int Disk, WriteKind Kind, long Offset, long Length, ulong Seed)
{
    public const int Size = 32;

    public long End => Offset + Length;

    public static WriteRecord Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt32LittleEndian(source),
        (WriteKind)BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(source[24..]));

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, Disk);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], (int)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], Seed);
    }
}
