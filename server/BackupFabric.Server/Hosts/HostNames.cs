namespace BackupFabric.Server.Hosts;

internal static class HostNames
{
    private const int LengthMax = 253;

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= LengthMax && name.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
