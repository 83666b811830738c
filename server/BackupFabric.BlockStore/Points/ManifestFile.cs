using System.Text.Json;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
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

    /// <param name="cipher">Null when the repository is not encrypted.</param>
    public static byte[] Encode(Manifest manifest, Guid repository, IdKey key, RecordCipher? cipher)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(ManifestBody.Of(manifest), StoreJson.Default.ManifestBody);
        return SignedFile.Encode(Magic, repository, cipher is null ? body : Encrypt(body, repository, cipher), key, encrypted: cipher is not null);
    }

    /// <summary>Fails with <c>point-damaged</c> or <c>point-too-new</c>.</summary>
    public static Manifest Decode(string file, ReadOnlyMemory<byte> bytes, Guid repository, IdKey key, RecordCipher? cipher)
    {
        var state = SignedFile.TryDecode(bytes, Magic, out var content);
        if (state == SignedFileState.TooNew) throw RepositoryErrors.PointTooNew(file, content.Version);
        if (state != SignedFileState.Whole) throw RepositoryErrors.PointDamaged(file, "its checksum does not match");
        if (content.Repository != repository) throw RepositoryErrors.PointDamaged(file, "it belongs to another repository");
        if (!SignedFile.IsAuthentic(content, key)) throw RepositoryErrors.PointDamaged(file, "it was not written under this repository's key");
        if (content.IsEncrypted != cipher is not null) throw RepositoryErrors.PointDamaged(file, cipher is null ? "it is encrypted, and the repository is not" : "it is not encrypted, and the repository is");
        var manifest = Read(file, cipher is null ? content.Body.Span : Decrypt(file, content, cipher));
        return NameOf(manifest.PointId) == file ? manifest : throw RepositoryErrors.PointDamaged(file, $"it is recovery point {manifest.PointId} under another's name");
    }

    private static byte[] Encrypt(ReadOnlySpan<byte> body, Guid repository, RecordCipher cipher)
    {
        var encrypted = new byte[body.Length + RecordEnvelope.Size];
        Span<byte> bound = stackalloc byte[SignedFile.BoundSize];
        SignedFile.WriteBound(bound, Magic, repository, encrypted: true);
        cipher.Seal(body, bound, encrypted);
        return encrypted;
    }

    private static ReadOnlySpan<byte> Decrypt(string file, in SignedFileContent content, RecordCipher cipher)
    {
        var body = content.Body.ToArray();
        if (cipher.FaultOfOpening(body, content.File.Span[..SignedFile.BoundSize]) is { } fault) throw RepositoryErrors.PointDamaged(file, fault);
        return body.AsSpan(0, body.Length - RecordEnvelope.Size);
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
