using System.CommandLine;
using BackupFabric.BlockStore;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>Secrets that are to open a repository from now on, beside the one that opens it now.</summary>
internal sealed class NewSecretOptions
{
    private readonly Option<string[]> _passphrase = new("--new-passphrase-file") { Description = "File whose first line is the new passphrase.", HelpName = "FILE" };
    private readonly Option<string[]> _made = new("--new-key-file") { Description = "A key file to make; only you can read it.", HelpName = "FILE" };
    private readonly Option<string[]> _known = new("--other-key-file") { Description = "A key file that there is already.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        foreach (var option in new[] { _passphrase, _made, _known }) command.Options.Add(option);
    }

    public async Task<List<RepositorySecret>> ReadAsync(ParseResult parsed, CancellationToken cancellation)
    {
        List<RepositorySecret> secrets = [.. Files(parsed, _passphrase).Select(StoreSecret.OfPassphrase), .. Files(parsed, _known).Select(StoreSecret.OfKeyFile)];
        // Last: no key is made when another file cannot be read.
        foreach (var file in Files(parsed, _made)) secrets.Add(await NewKeyFile.MakeAsync(file, cancellation));
        return secrets;
    }

    /// <summary>Before anything is opened or made.</summary>
    public void Check(ParseResult parsed, int most)
    {
        var count = Files(parsed, _passphrase).Length + Files(parsed, _known).Length + Files(parsed, _made).Length;
        if (count == 0 || count > most)
            throw new CliProblemException("secret-needed", most == 1 ? "One new secret is needed." : "At least one new secret is needed.", "Name it with --new-passphrase-file, --new-key-file or --other-key-file.", ExitCode.Usage);
    }

    private static string[] Files(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];
}
