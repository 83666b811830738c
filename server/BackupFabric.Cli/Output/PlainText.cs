using System.Globalization;
using System.Text;

namespace BackupFabric.Cli.Output;

/// <summary>
/// Names come from hosts and guests. Shown as they are, a line break in one would fake a line of output and an escape sequence
/// would command the operator's terminal; JSON carries them unchanged.
/// </summary>
internal static class PlainText
{
    public static string Of(string text)
    {
        if (!text.Any(IsHarmful)) return text;
        var plain = new StringBuilder(text.Length);
        foreach (var character in text) plain.Append(IsHarmful(character) ? '\uFFFD' : character);
        return plain.ToString();
    }

    /// <summary>Control characters, separators of lines, and what turns the direction of writing.</summary>
    private static bool IsHarmful(char character) =>
        char.IsControl(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || character is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
