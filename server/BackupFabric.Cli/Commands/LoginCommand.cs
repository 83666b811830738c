using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf login`: makes sure which server it is, signs in, and keeps both.</summary>
internal static class LoginCommand
{
    private const string Explanation =
        """
        Without --fingerprint or --authority the fingerprint of the server's authority is shown and has to be confirmed.
        The password is never kept, only the token that the server gives for it.

        Examples:
          bf login https://backup.example.org:7443
          bf login backup.example.org:7443 --fingerprint 3f9a... --password-file admin.txt
        """;

    public static Command Create(BfCommand bf)
    {
        var server = new Argument<string>("server") { Description = "Address of the server: https://HOST:PORT." };
        var user = new Option<string>("--user", "-u") { Description = "Account.", HelpName = "NAME", DefaultValueFactory = _ => "admin" };
        var passwordFile = new Option<string?>("--password-file") { Description = "File whose first line is the password; '-' or nothing: ask, or read standard input.", HelpName = "FILE" };
        var fingerprint = new Option<string?>("--fingerprint") { Description = "SHA-256 of the server's authority (hex), as the server printed it at its first start.", HelpName = "HEX" };
        var authority = new Option<string?>("--authority") { Description = "PEM file of the authority that proves the server.", HelpName = "FILE" };
        var command = new Command("login", "Sign in to a server and remember it.") { server, user, passwordFile, fingerprint, authority };
        bf.Explain(command, Explanation);
        bf.OnRunUnconnected(command, async (parsed, printer, cancellation) =>
        {
            var address = AddressOf(parsed.GetRequiredValue(server));
            var pem = await LoginTrust.AuthorityAsync(address, parsed.GetValue(authority), parsed.GetValue(fingerprint), printer, cancellation);
            using var client = ServerClient.Connect(address, ServerTrust.Options(pem));
            var password = Password.Read(parsed.GetValue(passwordFile));
            var signedIn = await client.PostAsync<SignInView>(Routes.SignIn, new SignInRequest(parsed.GetRequiredValue(user), password), cancellation);
            bf.ProfileOf(parsed).Save(new Profile(address, pem, signedIn.Token, signedIn.User));
            printer.Result(new { server = address, user = signedIn.User, role = signedIn.Role, expiresAt = signedIn.ExpiresAt, fingerprint = ServerTrust.Fingerprint(pem) },
                r => Printer.Line($"Signed in to {r.server} as {r.user} ({r.role}) until {Units.Time(r.expiresAt)}."));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Uri AddressOf(string text)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.Host.Length > 0 && address.UserInfo.Length == 0
            ? new Uri(address.GetLeftPart(UriPartial.Authority))
            : throw new CliProblemException("address-invalid", $"'{text}' is not a server address.", "Write it as https://HOST:PORT.", ExitCode.Usage);
    }
}
