using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store replace-secrets DIR`.</summary>
internal static class StoreReplaceSecrets
{
    /// <summary>More than a repository takes; it says so itself.</summary>
    private const int SecretsMax = 100;

    private const string Example =
        """
        Example:
          bf store replace-secrets /backup/repo --key-file leaked.key --new-key-file fresh.key

        For when a secret came into wrong hands: exactly the new ones open the repository from now on, and new
        data is written under a new key that no former secret leads to. What was written before stays readable
        to whoever has a former secret and an older copy of the repository's files.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var replacing = new NewSecretOptions();
        var command = new Command("replace-secrets", "Let nothing but these passphrases and key files open an encrypted repository.") { folder };
        replacing.AddTo(command);
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) =>
        {
            replacing.Check(parsed, SecretsMax);
            return StoreFolder.UseAsync(parsed, folder, async repository =>
            {
                StoreSecret.DemandEncrypted(repository);
                var secrets = await replacing.ReadAsync(parsed, cancellation);
                await repository.ReplaceSecretsAsync(secrets, cancellation);
                foreach (var secret in secrets) secret.Dispose();
                StoreSecret.Print(printer, repository);
                return ExitCode.Ok;
            }, cancellation);
        });
        return command;
    }
}
