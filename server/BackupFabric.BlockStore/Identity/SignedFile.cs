using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.BlockStore.Identity;

/// <summary>
/// The frame of the small files (repository, recovery points): a 64-byte header, a JSON body, a keyed hash of both. FORMAT.md section "Signed files".
/// </summary>
internal static class SignedFile
{
    public const int HeaderSize = 64;
    public const int MacSize = BlockId.Size;

    /// <summary>What this version reads, and writes when something is encrypted; all else stays at 1, which older readers know.</summary>
    public const ushort Version = 2;
    private const ushort PlainVersion = 1;

    /// <summary>Magic, versions, flags and repository: what an encrypted body is bound to.</summary>
    public const int BoundSize = 32;

    private const int ChecksumAt = HeaderSize - sizeof(uint);

    /// <param name="encrypted">The body is, or the keys in it are.</param>
    public static byte[] Encode(ReadOnlySpan<byte> magic, Guid repository, ReadOnlySpan<byte> body, IdKey key, bool encrypted)
    {
        var file = new byte[HeaderSize + body.Length + MacSize];
        WriteBound(file, magic, repository, encrypted);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(32), body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(36), Crc32C.Of(body));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(ChecksumAt), Crc32C.Of(file.AsSpan(0, ChecksumAt)));
        body.CopyTo(file.AsSpan(HeaderSize));
        key.IdOf(file.AsSpan(0, file.Length - MacSize)).Write(file.AsSpan(file.Length - MacSize));
        return file;
    }

    public static void WriteBound(Span<byte> header, ReadOnlySpan<byte> magic, Guid repository, bool encrypted)
    {
        magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], encrypted ? Version : PlainVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(header[10..], encrypted ? Version : PlainVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], encrypted ? RecordEnvelope.Flag : 0);
        repository.TryWriteBytes(header[16..], bigEndian: true, out _);
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

internal readonly record struct SignedFileContent(int Version, Guid Repository, ReadOnlyMemory<byte> File, ReadOnlyMemory<byte> Body)
{
    public bool IsEncrypted => (File.Span[12] & RecordEnvelope.Flag) != 0;
}
