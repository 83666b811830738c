using System.Security.Cryptography;
using BackupFabric.Server.Authority;
using BackupFabric.Server.Catalog;
using BackupFabric.Server.Start;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.SignIn;

/// <summary>Makes the first account when there is none, and tells its password once: on the console and in a file for the owner only.</summary>
internal sealed class FirstAccount(
    IDbContextFactory<CatalogContext> catalog, ServerCertificate certificate, ServerSettings server, SignInSettings settings, TimeProvider time)
{
    public const string UserName = "admin";
    public const string FileName = "first-sign-in.txt";

    // No letters or digits that can be taken for one another.
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>The password when the account was made just now; null when accounts exist.</summary>
    public async Task<string?> EnsureAsync(CancellationToken cancellation)
    {
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        if (await context.Accounts.AnyAsync(cancellation)) return null;
        var password = settings.FirstPassword is { Length: > 0 } given ? given : Generate();
        // The file first: an account whose password nobody knows would be worse than a file without an account.
        PrivateFile.Write(Path.Combine(server.DataFolder, FileName), $"user: {UserName}\npassword: {password}\nfingerprint: {certificate.Fingerprint}\n");
        context.Accounts.Add(new Account
        {
            Id = Guid.NewGuid(),
            Name = UserName,
            NameKey = Account.KeyOf(UserName),
            PasswordHash = PasswordHash.Make(password),
            Role = Roles.Administrator,
            CreatedAt = time.GetUtcNow(),
        });
        await context.SaveChangesAsync(cancellation);
        return password;
    }

    private static string Generate() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Letters, 5)));
}
