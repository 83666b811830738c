using System.Buffers.Binary;
using BackupFabric.Blocks.Lz4;

namespace BackupFabric.Blocks.Tests.Lz4;

/// <summary>Both directions with the <c>lz4</c> tool, which speaks frames: a block is wrapped in the smallest frame there is.</summary>
public sealed class Lz4ToolTests
{
    private const uint FrameMagic = 0x184D2204;
    private const uint UncompressedBit = 0x8000_0000;

    [Theory]
    [InlineData("words", 65_536)]
    [InlineData("mixed", 262_144)]
    [InlineData("zeros", 4096)]
    [InlineData("words", 900)]
    public async Task The_lz4_tool_opens_our_blocks(string kind, int length)
    {
        ExternalTool.Require("lz4");
        var plain = Lz4BlockTests.Make(kind, 11, length);
        var payload = new byte[BlockSealer.BoundOf(length)];
        var size = new Lz4Compressor(1).Compress(plain, payload, length);
        Assert.NotEqual(0, size);
        Assert.Equal(plain, await ExternalTool.RunAsync("lz4", Framed(payload.AsSpan(0, size)), "-d", "-c"));
    }

    [Theory]
    [InlineData("words", 1_000_000, "-1")]
    [InlineData("mixed", 262_144, "-1")]
    [InlineData("mixed", 262_144, "-9")]
    [InlineData("words", 65_536, "-12")]
    [InlineData("zeros", 4_000_000, "-1")]
    public async Task We_open_the_blocks_of_the_lz4_tool(string kind, int length, string level)
    {
        ExternalTool.Require("lz4");
        var plain = Lz4BlockTests.Make(kind, 12, length);
        var payload = Unframed(await ExternalTool.RunAsync("lz4", plain, level, "-c", "-BI", "-B7", "--no-frame-crc"));
        var opened = new byte[length];
        Assert.True(Lz4Decoder.TryDecode(payload, opened));
        Assert.Equal(plain, opened);
    }

    private static byte[] Framed(ReadOnlySpan<byte> block)
    {
        // Version 1, independent blocks, no checksums, blocks of up to 4 MiB; 0x73 is the header's checksum.
        byte[] frame = [0, 0, 0, 0, 0x60, 0x70, 0x73, 0, 0, 0, 0, .. block, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, FrameMagic);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(7), block.Length);
        return frame;
    }

    private static byte[] Unframed(byte[] frame)
    {
        Assert.Equal(FrameMagic, BinaryPrimitives.ReadUInt32LittleEndian(frame));
        Assert.Equal(0x60, frame[4]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(7));
        Assert.Equal(0u, size & UncompressedBit);
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(11 + (int)size)));
        return frame[11..(11 + (int)size)];
    }
}
