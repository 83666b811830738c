using System.Security.Cryptography;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>Settles which authority a new sign-in trusts: a file, a fingerprint that was given, or one that somebody compared.</summary>
internal static class LoginTrust
{
    public static async Task<string> AuthorityAsync(Uri address, string? file, string? fingerprint, Printer printer, CancellationToken cancellation)
    {
        var pem = CertificateOnly(file is null ? await FetchAsync(address, cancellation) : LocalFile.Read(file, "authority-unreadable"), address, file);
        var actual = ServerTrust.Fingerprint(pem);
        if (fingerprint is not null) Compare(address, fingerprint, actual);
        else if (file is null) Confirm(address, actual, printer);
        return pem;
    }

    private static async Task<string> FetchAsync(Uri address, CancellationToken cancellation)
    {
        using var unverified = ServerClient.Connect(address, ServerTrust.Unverified());
        return await unverified.GetTextAsync(Routes.Authority, cancellation);
    }

    private static string CertificateOnly(string pem, Uri address, string? file)
    {
        try
        {
            return ServerTrust.CertificateOnly(pem);
        }
        catch (Exception notPem) when (notPem is CryptographicException or ArgumentException)
        {
            throw file is null
                ? new CliProblemException("authority-unreadable", $"What should prove {address} is not a PEM certificate.", "Check that the address is a BackupFabric server.", ExitCode.Unreachable, notPem)
                : new CliProblemException("authority-unreadable", $"'{file}' is not a PEM certificate.", "Give the file of the server's authority; it begins with '-----BEGIN CERTIFICATE-----'.", ExitCode.Usage, notPem);
        }
    }

    private static void Compare(Uri address, string given, string actual)
    {
        var wanted = given.Replace("sha256", "", StringComparison.OrdinalIgnoreCase).Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (wanted.Length != SHA256.HashSizeInBytes * 2 || !wanted.All(char.IsAsciiHexDigit))
            throw new CliProblemException("fingerprint-invalid", $"'{given}' is not a fingerprint.", "A fingerprint is 64 hex digits, with or without colons.", ExitCode.Usage);
        if (!string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase))
        {
            throw new CliProblemException("fingerprint-mismatch", $"{address} shows the fingerprint {actual}, not the one that was given.",
                "This is not the server that you mean, or it was installed anew. Compare with the fingerprint that the server printed at its first start.", ExitCode.Unreachable);
        }
    }

    private static void Confirm(Uri address, string fingerprint, Printer printer)
    {
        if (Console.IsInputRedirected || printer.Json)
        {
            throw new CliProblemException("fingerprint-needed", $"{address} proves itself with an authority that bf does not know yet: {fingerprint}",
                "Compare it with the one the server printed at its first start and give it with --fingerprint.", ExitCode.Unreachable);
        }

        printer.Note($"The server's authority has the fingerprint\n  {fingerprint}\nCompare it with the one the server printed at its first start. Trust it? [y/N]");
        if (Console.ReadLine()?.Trim().StartsWith("y", StringComparison.OrdinalIgnoreCase) != true)
            throw new CliProblemException("not-trusted", "The server was not trusted; nothing was kept.", "", ExitCode.Unreachable);
    }
}
