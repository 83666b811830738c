using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store remove-secret DIR [NUMBER]`.</summary>
internal static class StoreRemoveSecret
{
    private const string Example =
        """
        Examples:
          bf store remove-secret /backup/repo --key-file new.key
          bf store remove-secret /backup/repo --key-file new.key 1

        The first lists what opens the repository. Whoever has a removed secret and an older copy of the
        repository's files still reads everything: if it came into wrong hands, use replace-secrets.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var number = new Argument<long?>("number") { Description = "Which one; without it they are listed.", Arity = ArgumentArity.ZeroOrOne }.WholeNumber();
        var command = new Command("remove-secret", "Let a passphrase or key file no longer open an encrypted repository; or list them.") { folder, number };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.UseAsync(parsed, folder, async repository =>
        {
            if (parsed.GetValue(number) is { } which) await repository.RemoveSecretAsync((int)Math.Clamp(which, -1, int.MaxValue), cancellation);
            StoreSecret.Print(printer, repository);
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }
}
