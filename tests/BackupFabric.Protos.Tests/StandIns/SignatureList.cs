using System.Text.RegularExpressions;

namespace BackupFabric.Protos.Tests.StandIns;

/// <summary>One file of Data/signatures.</summary>
internal sealed partial record SignatureList(string Version, string PublicKeyToken, Dictionary<string, string[]> Types)
{
    public static SignatureList Read(string assembly)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Data", "signatures", assembly + ".txt"));
        var identity = Identity().Match(lines[0]);
        var types = new Dictionary<string, string[]>();
        for (var i = 1; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith('[')) continue;
            var members = lines.Skip(i + 1).TakeWhile(line => line.StartsWith(' ')).Select(line => line.Trim());
            types.Add(lines[i], [.. lines[i].Contains("] enum ", StringComparison.Ordinal) ? members.SelectMany(line => line.Split(", ")) : members]);
        }

        return new SignatureList(identity.Groups["version"].Value, identity.Groups["token"].Value, types);
    }

    [GeneratedRegex(@"version (?<version>[\d.]+), public key token (?<token>[0-9a-f]*)")]
    private static partial Regex Identity();
}
