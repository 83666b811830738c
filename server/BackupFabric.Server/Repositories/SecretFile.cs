using System.Security.Cryptography;
using System.Text;
using BackupFabric.BlockStore;
using BackupFabric.Server.Start;

namespace BackupFabric.Server.Repositories;

/// <summary>The repository's secret, read from the file that the settings name.</summary>
internal static partial class SecretFile
{
    /// <summary>A file of this size or more was named by mistake.</summary>
    private const long BytesMax = 1 << 20;

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Null when the settings name none. Fails with <see cref="StartException"/>.</summary>
    public static RepositorySecret? Read(RepositorySettings settings)
    {
        if (settings.PassphraseFile is { Length: > 0 } passphrase) return Read("Repository:PassphraseFile", passphrase, FromText);
        return settings.KeyFile is { Length: > 0 } key ? Read("Repository:KeyFile", key, content => RepositorySecret.FromKeyFile(content)) : null;
    }

    public static void WarnIfExposed(RepositorySettings settings, ILogger logger)
    {
        var path = settings.PassphraseFile is { Length: > 0 } passphrase ? passphrase : settings.KeyFile;
        if (path is { Length: > 0 } && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0) Exposed(logger, path);
    }

    private static RepositorySecret Read(string setting, string path, Func<byte[], RepositorySecret> make)
    {
        byte[] content = [];
        try
        {
            if (new FileInfo(path).Length >= BytesMax) throw new StartException($"{setting} names '{path}', which is too large for a secret.", "Name the right file.");
            content = File.ReadAllBytes(path);
            return make(content);
        }
        catch (RepositoryException unfit)
        {
            throw new StartException($"{setting} names '{path}': {unfit.Message}", unfit.Advice, unfit);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{setting} names '{path}', which cannot be read: {failure.Message}", "Check that the file exists and that the server's account may read it.", failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static RepositorySecret FromText(byte[] content)
    {
        var text = new char[content.Length];
        try
        {
            var length = new UTF8Encoding(false, throwOnInvalidBytes: true).GetChars(content, text);
            return RepositorySecret.FromPassphrase(text.AsSpan(0, length).TrimEnd("\r\n").TrimStart('\ufeff'));
        }
        catch (DecoderFallbackException failure)
        {
            throw new StartException("Repository:PassphraseFile names a file that is not text in UTF-8.", "Write the passphrase file in UTF-8, or use Repository:KeyFile for other bytes.", failure);
        }
        finally
        {
            Array.Clear(text);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Others than the server's account may read or change '{Path}', which opens the repository. Run 'chmod 600' on it.")]
    private static partial void Exposed(ILogger logger, string path);
}
