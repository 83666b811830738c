using System.Buffers.Binary;
using System.Numerics;

namespace BackupFabric.Disks.Vhdx;

/// <summary>CRC-32C (Castagnoli), the checksum of every VHDX structure. Incremental, so that a checksum field can be taken as zero.</summary>
internal struct Crc32C()
{
    private uint _crc = uint.MaxValue;

    public readonly uint Value => ~_crc;

    public void Add(ReadOnlySpan<byte> data)
    {
        uint crc = _crc;
        while (data.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        _crc = crc;
    }

    /// <summary>The checksum of a structure whose own 4-byte checksum field lies at <paramref name="field"/> and counts as zero.</summary>
    public static uint OfStructure(ReadOnlySpan<byte> data, int field = 4)
    {
        Crc32C crc = new();
        crc.Add(data[..field]);
        crc.Add([0, 0, 0, 0]);
        crc.Add(data[(field + 4)..]);
        return crc.Value;
    }
}
