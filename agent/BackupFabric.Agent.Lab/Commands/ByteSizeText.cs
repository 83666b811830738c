using System.CommandLine.Parsing;
using System.Globalization;

namespace BackupFabric.Agent.Lab.Commands;

/// <summary>Sizes such as 512M, 4G, 1.5T or plain bytes.</summary>
internal static class ByteSizeText
{
    private const string Units = "KMGT";

    public static long Parse(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (TryParse(text, out long bytes))
            return bytes;
        argument.AddError($"'{text}' is not a size. Write bytes, or a number with K, M, G or T behind it, such as 512M.");
        return 0;
    }

    public static bool TryParse(string text, out long bytes)
    {
        string number = text.Trim().TrimEnd('B', 'b');
        int unit = number.Length == 0 ? -1 : Units.IndexOf(char.ToUpperInvariant(number[^1]), StringComparison.Ordinal);
        if (unit >= 0)
            number = number[..^1];
        bool valid = double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0;
        bytes = valid ? (long)(value * Math.Pow(1024, unit + 1)) : 0;
        return valid;
    }

    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return unit < 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {Units[unit]}iB");
    }
}
