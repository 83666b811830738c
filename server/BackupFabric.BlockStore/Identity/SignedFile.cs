using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Identity;

/// <summary>
/// The frame of the small files (repository, recovery points): a 64-byte header, a JSON body, a keyed hash of both. FORMAT.md section "Signed files".
/// </summary>
internal static class SignedFile
{
    public const int HeaderSize = 64;
    public const int MacSize = BlockId.Size;
    public const ushort Version = 1;
    private const int ChecksumAt = HeaderSize - sizeof(uint);

    public static byte[] Encode(ReadOnlySpan<byte> magic, Guid repository, ReadOnlySpan<byte> body, IdKey key)
    {
        var file = new byte[HeaderSize + body.Length + MacSize];
        magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(10), Version);
        repository.TryWriteBytes(file.AsSpan(16), bigEndian: true, out _);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(32), body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(36), Crc32C.Of(body));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(ChecksumAt), Crc32C.Of(file.AsSpan(0, ChecksumAt)));
        body.CopyTo(file.AsSpan(HeaderSize));
        key.IdOf(file.AsSpan(0, file.Length - MacSize)).Write(file.AsSpan(file.Length - MacSize));
        return file;
    }

    /// <summary>Checks everything but the keyed hash, which needs a key that may lie in the body.</summary>
    public static SignedFileState TryDecode(ReadOnlyMemory<byte> file, ReadOnlySpan<byte> magic, out SignedFileContent content)
    {
        content = default;
        var bytes = file.Span;
        if (bytes.Length < HeaderSize + MacSize || !bytes[..8].SequenceEqual(magic)) return SignedFileState.NotThisFormat;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Crc32C.Of(bytes[..ChecksumAt])) return SignedFileState.HeaderDamaged;
        var leastReader = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]);
        content = new(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), new Guid(bytes.Slice(16, 16), bigEndian: true), file, default);
        if (leastReader > Version) return SignedFileState.TooNew;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]);
        if (length < 0 || length != bytes.Length - HeaderSize - MacSize) return SignedFileState.LengthWrong;
        content = content with { Body = file.Slice(HeaderSize, length) };
        return Crc32C.Of(content.Body.Span) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]) ? SignedFileState.Whole : SignedFileState.BodyDamaged;
    }

    public static bool IsAuthentic(in SignedFileContent content, IdKey key)
    {
        var bytes = content.File.Span;
        Span<byte> expected = stackalloc byte[MacSize];
        key.IdOf(bytes[..^MacSize]).Write(expected);
        return CryptographicOperations.FixedTimeEquals(expected, bytes[^MacSize..]);
    }
}

internal enum SignedFileState
{
    Whole,
    NotThisFormat,
    HeaderDamaged,
    TooNew,
    LengthWrong,
    BodyDamaged,
}

internal readonly record struct SignedFileContent(int Version, Guid Repository, ReadOnlyMemory<byte> File, ReadOnlyMemory<byte> Body);
