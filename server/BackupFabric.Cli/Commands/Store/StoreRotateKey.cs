using System.CommandLine;
using BackupFabric.Cli.Output;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>`bf store rotate-key DIR`.</summary>
internal static class StoreRotateKey
{
    private const string Example =
        """
        Example:
          bf store rotate-key /backup/repo --key-file repo.key

        Nothing is rewritten, and the secrets stay the same: they open old and new data. If a secret came
        into wrong hands, use replace-secrets.
        """;

    public static Command Create(BfCommand bf)
    {
        var folder = StoreFolder.Argument();
        var command = new Command("rotate-key", "Write under a new key from now on; what is there stays readable.") { folder };
        bf.Explain(command, Example);
        bf.OnRunUnconnected(command, (parsed, printer, cancellation) => StoreFolder.UseAsync(parsed, folder, async repository =>
        {
            var key = await repository.RotateKeyAsync(cancellation);
            printer.Result(new RotatedView(key), StoreJson.Wire.RotatedView, view => Printer.Line($"New data is written under key {view.Key}."));
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }
}
