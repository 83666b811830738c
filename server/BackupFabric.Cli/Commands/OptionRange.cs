using System.CommandLine;
using System.Globalization;

namespace BackupFabric.Cli.Commands;

internal static class OptionRange
{
    /// <summary>Refuses other numbers before anything is asked of the server.</summary>
    public static Option<int> Within(this Option<int> option, int least, int most)
    {
        option.HelpName = "N";
        option.CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            result.AddError($"{option.Name} takes a number from {least} to {most}, not '{text}'.");
            return least;
        };
        return option;
    }
}
