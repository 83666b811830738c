using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Trash;

/// <summary>
/// The name of a trashed manifest says when it was deleted, and proves it. So the manifest itself is moved as it is, and there is no second file to lose.
/// FORMAT.md section "Trash".
/// </summary>
internal static class TrashName
{
    public const string Folder = "trash";
    public const string TemporaryExtension = ".new";
    private const int IdLength = 32;
    private const int TimeLength = 16;
    private const int ProofSize = 16;
    private const int Length = IdLength + 1 + TimeLength + 1 + 2 * ProofSize;

    public static string Of(Guid pointId, DateTimeOffset deletedAt, IdKey key) => Of(pointId, deletedAt.ToUnixTimeMilliseconds(), key);

    /// <summary>What every name of that point in the trash begins with.</summary>
    public static string PrefixOf(Guid pointId) => $"{pointId:N}";

    /// <summary>The point of a file in the trash; false for a file that is none.</summary>
    public static bool TryParse(string fileName, IdKey key, out Guid pointId, out DateTimeOffset deletedAt)
    {
        (pointId, deletedAt) = (default, TrashedPoint.UnknownTime);
        if (!fileName.EndsWith(ManifestFile.Extension, StringComparison.Ordinal) || fileName.Length < IdLength || !Guid.TryParseExact(fileName[..IdLength], "N", out pointId)) return false;
        var stem = fileName[..^ManifestFile.Extension.Length];
        if (stem.Length != Length || !long.TryParse(stem.AsSpan(IdLength + 1, TimeLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var time)) return true;
        var proved = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Folder + "/" + fileName), Encoding.ASCII.GetBytes(Of(pointId, time, key)));
        if (proved) deletedAt = DateTimeOffset.FromUnixTimeMilliseconds(time);
        return true;
    }

    private static string Of(Guid pointId, long milliseconds, IdKey key)
    {
        Span<byte> proved = stackalloc byte[16 + sizeof(long)];
        Span<byte> proof = stackalloc byte[BlockId.Size];
        pointId.TryWriteBytes(proved, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(proved[16..], milliseconds);
        key.IdOf(proved).Write(proof);
        return string.Create(CultureInfo.InvariantCulture, $"{Folder}/{PrefixOf(pointId)}-{milliseconds:x16}-{Convert.ToHexStringLower(proof[..ProofSize])}{ManifestFile.Extension}");
    }
}
