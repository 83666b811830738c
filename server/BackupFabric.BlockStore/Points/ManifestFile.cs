using System.Text.Json;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Identity;

namespace BackupFabric.BlockStore.Points;

/// <summary>A recovery point's file: a signed file named by the point's id.</summary>
internal static class ManifestFile
{
    public const string Folder = "points";
    public const string Extension = ".point";
    public const string TemporaryExtension = ".new";

    public static ReadOnlySpan<byte> Magic => "BFPOINT\n"u8;

    public static string NameOf(Guid pointId) => $"{Folder}/{pointId:N}{Extension}";

    public static byte[] Encode(Manifest manifest, Guid repository, IdKey key) =>
        SignedFile.Encode(Magic, repository, JsonSerializer.SerializeToUtf8Bytes(ManifestBody.Of(manifest), StoreJson.Default.ManifestBody), key);

    /// <summary>Fails with <c>point-damaged</c> or <c>point-too-new</c>.</summary>
    public static Manifest Decode(string file, ReadOnlyMemory<byte> bytes, Guid repository, IdKey key)
    {
        var state = SignedFile.TryDecode(bytes, Magic, out var content);
        if (state == SignedFileState.TooNew) throw RepositoryErrors.PointTooNew(file, content.Version);
        if (state != SignedFileState.Whole) throw RepositoryErrors.PointDamaged(file, "its checksum does not match");
        if (content.Repository != repository) throw RepositoryErrors.PointDamaged(file, "it belongs to another repository");
        if (!SignedFile.IsAuthentic(content, key)) throw RepositoryErrors.PointDamaged(file, "it was not written under this repository's key");
        var manifest = Read(file, content.Body.Span);
        return NameOf(manifest.PointId) == file ? manifest : throw RepositoryErrors.PointDamaged(file, $"it is recovery point {manifest.PointId} under another's name");
    }

    private static Manifest Read(string file, ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, StoreJson.Default.ManifestBody)!.ToManifest();
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw RepositoryErrors.PointDamaged(file, "its body is not what this version writes", exception);
        }
    }
}
