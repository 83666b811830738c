using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store add-secret DIR`.</summary>
internal static class StoreAddSecret
{
    private const string Example =
        """
        Example:
          bf store add-secret /backup/repo --key-file old.key --new-passphrase-file passphrase.txt

        What opens the repository now keeps opening it.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var added = new NewSecretOptions();
        var command = new Command("add-secret", "Let one more passphrase or key file open an encrypted repository.") { folder };
        added.AddTo(command);
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) =>
        {
            added.Check(parsed, most: 1);
            return StoreFolder.UseAsync(parsed, folder, async repository =>
            {
                StoreSecret.DemandEncrypted(repository);
                using var secret = (await added.ReadAsync(parsed, cancellation))[0];
                await repository.AddSecretAsync(secret, cancellation);
                StoreSecret.Print(printer, repository);
                return ExitCode.Ok;
            }, cancellation);
        });
        return command;
    }
}
