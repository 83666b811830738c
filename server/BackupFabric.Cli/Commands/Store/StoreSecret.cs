using System.CommandLine;
using System.Text;
using BackupFabric.BlockStore;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>What opens an encrypted repository, from a file: never from the command line, which others can read.</summary>
internal static class StoreSecret
{
    /// <summary>More than a key file or a passphrase has any use for.</summary>
    private const int FileBytesMax = 1 << 20;

    private static readonly Option<string?> _passphraseFile = new("--passphrase-file")
    {
        Description = "File whose first line is the repository's passphrase; '-' reads it from standard input (environment BF_PASSPHRASE_FILE).",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<string?> _keyFile = new("--key-file") { Description = "The repository's key file (environment BF_KEY_FILE).", HelpName = "FILE", Recursive = true };

    public static IEnumerable<Option> Options => [_passphraseFile, _keyFile];

    /// <summary>Whether one is named with the verb itself.</summary>
    public static bool IsNamed(ParseResult parsed) => parsed.GetValue(_passphraseFile) is not null || parsed.GetValue(_keyFile) is not null;

    /// <summary>Null when none is named, nor in the environment.</summary>
    public static RepositorySecret? Read(ParseResult parsed)
    {
        var (passphrase, key) = IsNamed(parsed) ? (parsed.GetValue(_passphraseFile), parsed.GetValue(_keyFile)) : (FromEnvironment("BF_PASSPHRASE_FILE"), FromEnvironment("BF_KEY_FILE"));
        if (passphrase is not null && key is not null) throw Problem("secret-ambiguous", "A passphrase and a key file are named.", "Name one of them.");
        return passphrase is not null ? OfPassphrase(passphrase) : key is not null ? OfKeyFile(key) : null;
    }

    public static RepositorySecret OfPassphrase(string file)
    {
        var text = file == "-" ? Console.In.ReadLine() ?? "" : Encoding.UTF8.GetString(Bytes(file)).TrimStart('\uFEFF').Split('\n')[0];
        return RepositorySecret.FromPassphrase(text.TrimEnd('\r'));
    }

    public static RepositorySecret OfKeyFile(string file) => RepositorySecret.FromKeyFile(Bytes(file));

    /// <summary>Before a new key file is made for a repository that can have none.</summary>
    public static void DemandEncrypted(Repository repository)
    {
        if (!repository.IsEncrypted)
            throw new CliProblemException("repository-not-encrypted", "The repository is not encrypted: it has no secrets.", "A repository is encrypted from its creation or never: create a new one with a passphrase or key file.", ExitCode.Refused);
    }

    /// <summary>What opens the repository now.</summary>
    public static void Print(Printer printer, Repository repository) =>
        printer.List([.. repository.Secrets().Select(secret => SecretView.Of(secret, repository.OpenedBySecret))], StoreJson.Wire.ListSecretView, "The repository is not encrypted.",
            [new("Secret", Right: true), new("Kind"), new("Added"), new("Used now")],
            secret => [$"{secret.Number}", secret.Kind, Units.Minute(secret.AddedAt), secret.UsedNow ? "yes" : ""]);

    private static byte[] Bytes(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var room = new byte[FileBytesMax + 1];
            var length = stream.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
            return length <= FileBytesMax ? room[..length] : throw Problem("secret-unreadable", $"'{file}' is too long for a secret.", "Name the file with the repository's passphrase, or its key file.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliProblemException("secret-unreadable", $"'{file}' cannot be read: {failure.Message}", "Check the path and its permissions.", ExitCode.Usage, failure);
        }
    }

    private static string? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } file ? file : null;

    private static CliProblemException Problem(string code, string sentence, string advice) => new(code, sentence, advice, ExitCode.Usage);
}
