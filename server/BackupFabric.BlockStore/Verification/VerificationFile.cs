using BackupFabric.Blocks;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Verification;

/// <summary>One of the small files in which verification remembers; a signed file with a binary body. FORMAT.md section "What verification remembers".</summary>
internal sealed class VerificationFile(IVolume volume, string name, byte[] magic, Guid repository, IdKey key)
{
    public const string Folder = "checks";
    private const string TemporaryExtension = ".new";

    private string Path => Folder + "/" + name;

    /// <summary>The body; null when there is no file. Fails with <c>verification-damaged</c>.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        byte[]? bytes;
        try
        {
            bytes = await volume.TryReadAllAsync(Path, cancellation);
        }
        catch (IOException unreadable)
        {
            throw RepositoryErrors.VerificationDamaged(Path, "the volume cannot read it", unreadable);
        }

        if (bytes is null) return null;
        if (SignedFile.TryDecode(bytes, magic, out var content) != SignedFileState.Whole) throw RepositoryErrors.VerificationDamaged(Path, "its checksum does not match");
        if (content.Repository != repository || !SignedFile.IsAuthentic(content, key)) throw RepositoryErrors.VerificationDamaged(Path, "it was not written under this repository's key");
        return content.Body;
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> body)
    {
        await volume.ReplaceAsync(Path + TemporaryExtension, Path, SignedFile.Encode(magic, repository, body.Span, key, encrypted: false), CancellationToken.None);
        await volume.SyncFolderAsync(Folder, CancellationToken.None);
    }

    public async Task DeleteAsync()
    {
        await volume.DeleteAsync(Path, CancellationToken.None);
        await volume.SyncFolderAsync(Folder, CancellationToken.None);
    }

    /// <summary>What a crash left half-written.</summary>
    public ValueTask DeleteUnfinishedAsync(CancellationToken cancellation) => volume.DeleteAsync(Path + TemporaryExtension, cancellation);

    public RepositoryException Malformed() => RepositoryErrors.VerificationDamaged(Path, "its body is not what this version writes");
}
