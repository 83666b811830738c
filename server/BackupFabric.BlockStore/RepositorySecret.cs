using System.Security.Cryptography;
using System.Text;

namespace BackupFabric.BlockStore;

/// <summary>
/// What opens an encrypted repository: a passphrase, or the content of a key file. A repository keeps nothing of it; dispose it once the repository is open.
/// </summary>
public sealed class RepositorySecret : IDisposable
{
    public const int PassphraseCharactersMin = 8;
    public const int KeyFileBytesMin = 32;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _material;
    private bool _wiped;

    private RepositorySecret(SecretKind kind, byte[] material) => (Kind, _material) = (kind, material);

    public SecretKind Kind { get; }

    /// <summary>Taken as it is, in UTF-8: nothing is trimmed or normalized. Fails with <c>secret-unfit</c>.</summary>
    public static RepositorySecret FromPassphrase(ReadOnlySpan<char> passphrase)
    {
        if (passphrase.Length < PassphraseCharactersMin) throw RepositoryErrors.SecretUnfit($"a passphrase has at least {PassphraseCharactersMin} characters", "Choose a longer passphrase; several random words are best.");
        try
        {
            var material = Encryption.KeyBytes.Room(Utf8.GetByteCount(passphrase));
            Utf8.GetBytes(passphrase, material);
            return new(SecretKind.Passphrase, material);
        }
        catch (EncoderFallbackException)
        {
            throw RepositoryErrors.SecretUnfit("it is not valid text", "Write the passphrase file in UTF-8.");
        }
    }

    /// <summary>Any content of at least 32 bytes; it should be random (<see cref="NewKeyFile"/>), since nothing slows down guessing it. Fails with <c>secret-unfit</c>.</summary>
    public static RepositorySecret FromKeyFile(ReadOnlySpan<byte> content)
    {
        if (content.Length < KeyFileBytesMin) throw RepositoryErrors.SecretUnfit($"a key file has at least {KeyFileBytesMin} bytes", "Make one of 32 random bytes.");
        var material = Encryption.KeyBytes.Room(SHA512.HashSizeInBytes);
        SHA512.HashData(content, material);
        return new(SecretKind.KeyFile, material);
    }

    /// <summary>The content of a new key file.</summary>
    public static byte[] NewKeyFile() => RandomNumberGenerator.GetBytes(KeyFileBytesMin);

    public void Dispose()
    {
        _wiped = true;
        CryptographicOperations.ZeroMemory(_material);
    }

    /// <summary>Slow for a passphrase, on purpose; that is what <paramref name="iterations"/> say. FORMAT.md section "Secrets".</summary>
    internal void Derive(ReadOnlySpan<byte> salt, int iterations, Span<byte> derived)
    {
        ObjectDisposedException.ThrowIf(_wiped, this);
        if (Kind == SecretKind.Passphrase) Rfc2898DeriveBytes.Pbkdf2(_material, salt, derived, iterations, HashAlgorithmName.SHA512);
        else HKDF.DeriveKey(HashAlgorithmName.SHA512, _material, derived, salt, "BackupFabric key file v1"u8);
    }
}
