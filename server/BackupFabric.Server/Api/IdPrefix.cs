namespace BackupFabric.Server.Api;

/// <summary>Ids as people give them: whole, with or without dashes, or just an unambiguous beginning.</summary>
internal static class IdPrefix
{
    private const int DigitsMin = 4;
    private const int Digits = 32;

    /// <summary>The beginning as it is looked for; null when the text can be no id's beginning.</summary>
    public static string? Parse(string text)
    {
        var digits = text.Trim().Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        return digits.Length is >= DigitsMin and <= Digits && digits.All(char.IsAsciiHexDigitLower) ? digits : null;
    }
}
