using System.CommandLine;

namespace BackupFabric.Cli.Commands;

internal static class OptionRange
{
    /// <summary>Refuses other numbers before anything is asked of the server.</summary>
    public static Option<int> Within(this Option<int> option, int least, int most)
    {
        option.HelpName = "N";
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < least || value > most))
                result.AddError($"{option.Name} takes a number from {least} to {most}, not {value}.");
        });
        return option;
    }
}
