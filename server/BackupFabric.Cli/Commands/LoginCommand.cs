using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf login`: makes sure which server it is, signs in, and keeps both.</summary>
internal static class LoginCommand
{
    public static Command Create(BfCommand bf)
    {
        var server = new Argument<string>("server") { Description = "Address of the server: https://HOST:PORT." };
        var user = new Option<string>("--user", "-u") { Description = "Account.", DefaultValueFactory = _ => "admin" };
        var passwordFile = new Option<string?>("--password-file") { Description = "File whose first line is the password; '-' or nothing: ask, or read standard input.", HelpName = "FILE" };
        var fingerprint = new Option<string?>("--fingerprint") { Description = "SHA-256 of the server's authority (hex), as the server printed it at its first start.", HelpName = "HEX" };
        var authority = new Option<string?>("--authority") { Description = "PEM file of the authority that proves the server.", HelpName = "FILE" };
        var command = new Command("login", "Sign in to a server and remember it.") { server, user, passwordFile, fingerprint, authority };
        bf.OnRunUnconnected(command, async (parsed, printer, cancellation) =>
        {
            var address = AddressOf(parsed.GetRequiredValue(server));
            var pem = await AuthorityAsync(address, parsed.GetValue(authority), parsed.GetValue(fingerprint), printer, cancellation);
            using var client = ServerClient.Connect(address, ServerTrust.Options(pem));
            var password = PasswordOf(parsed.GetValue(passwordFile));
            var signedIn = await client.PostAsync<SignInView>(Routes.SignIn, new SignInRequest(parsed.GetRequiredValue(user), password), cancellation);
            var file = bf.ProfileOf(parsed);
            file.Save(new Profile(address, pem, signedIn.Token, signedIn.User));
            printer.Result(new { server = address, user = signedIn.User, role = signedIn.Role, expiresAt = signedIn.ExpiresAt, fingerprint = ServerTrust.Fingerprint(pem) },
                r => Console.Out.WriteLine($"Signed in to {r.server} as {r.user} ({r.role}) until {Units.Time(r.expiresAt)}."));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Uri AddressOf(string text)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.Host.Length > 0
            ? new Uri(address.GetLeftPart(UriPartial.Authority))
            : throw new CliProblemException("address-invalid", $"'{text}' is not a server address.", "Write it as https://HOST:PORT.", ExitCode.Usage);
    }

    private static async Task<string> AuthorityAsync(Uri address, string? file, string? fingerprint, Printer printer, CancellationToken cancellation)
    {
        string pem;
        if (file is not null)
        {
            pem = ReadFile(file, "authority-unreadable");
        }
        else
        {
            using var unverified = ServerClient.Connect(address, ServerTrust.Unverified());
            pem = await unverified.GetTextAsync(Routes.Authority, cancellation);
        }

        string actual;
        try
        {
            actual = ServerTrust.Fingerprint(pem);
        }
        catch (Exception notPem) when (notPem is System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            throw new CliProblemException("authority-unreadable", $"What should prove {address} is not a PEM certificate.", "Check the address, or the file given with --authority.", ExitCode.Unreachable, notPem);
        }

        if (fingerprint is not null)
        {
            var wanted = fingerprint.Replace(":", "", StringComparison.Ordinal).Replace("sha256", "", StringComparison.OrdinalIgnoreCase).Trim();
            if (!string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase))
                throw new CliProblemException("fingerprint-mismatch", $"{address} shows the fingerprint {actual}, not the one that was given.", "This is not the server that you mean, or it was installed anew. Compare with the fingerprint in its first-sign-in.txt.", ExitCode.Unreachable);
        }
        else if (file is null)
        {
            Confirm(address, actual, printer);
        }

        return pem;
    }

    private static void Confirm(Uri address, string fingerprint, Printer printer)
    {
        if (Console.IsInputRedirected || printer.Json)
            throw new CliProblemException("fingerprint-needed", $"{address} proves itself with an authority that bf does not know yet: {fingerprint}", "Compare it with the one the server printed at its first start and give it with --fingerprint.", ExitCode.Unreachable);
        Console.Error.WriteLine($"The server's authority has the fingerprint\n  {fingerprint}\nCompare it with the one the server printed at its first start. Trust it? [y/N]");
        if (Console.ReadLine()?.Trim().StartsWith("y", StringComparison.OrdinalIgnoreCase) != true)
            throw new CliProblemException("not-trusted", "The server was not trusted; nothing was kept.", "", ExitCode.Interrupted);
    }

    private static string PasswordOf(string? file)
    {
        if (file is not null and not "-") return ReadFile(file, "password-unreadable").Split('\n')[0].TrimEnd('\r');
        if (Console.IsInputRedirected) return Console.In.ReadLine() ?? "";
        Console.Error.Write("Password: ");
        var typed = new System.Text.StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }

    private static string ReadFile(string path, string code)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliProblemException(code, $"'{path}' cannot be read: {failure.Message}", "Check the path and its permissions.", ExitCode.Usage, failure);
        }
    }
}
