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

    /// <summary>A whole number that need not be given. (The library's own refusal speaks of types.)</summary>
    public static Option<long?> WholeNumber(this Option<long?> option)
    {
        option.CustomParser = result => Number(result.Tokens[0].Value, option.Name, result.AddError);
        return option;
    }

    /// <inheritdoc cref="WholeNumber(Option{long?})"/>
    public static Argument<long?> WholeNumber(this Argument<long?> argument)
    {
        argument.CustomParser = result => result.Tokens.Count == 0 ? null : Number(result.Tokens[0].Value, argument.Name, result.AddError);
        return argument;
    }

    private static long? Number(string text, string name, Action<string> refuse)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;
        refuse($"{name} takes a whole number, not '{text}'.");
        return null;
    }
}
