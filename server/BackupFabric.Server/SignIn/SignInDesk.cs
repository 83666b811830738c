using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Api;
using BackupFabric.Server.Catalog;
using Microsoft.EntityFrameworkCore;

namespace BackupFabric.Server.SignIn;

/// <summary>Local accounts and their bearer tokens.</summary>
internal sealed partial class SignInDesk(
    IDbContextFactory<CatalogContext> catalog, SignInBrake brake, SignInSettings settings, TimeProvider time, ILogger<SignInDesk> log)
{
    private const int TokenBytes = 32;
    private const string TokenPrefix = "bfat_";

    // Unknown users cost as much time as known ones, so that names cannot be told by the clock.
    private static readonly Lazy<string> NobodysHash = new(() => PasswordHash.Make(Guid.NewGuid().ToString()));

    public async Task<SignInView> SignInAsync(SignInRequest request, string remoteAddress, CancellationToken cancellation)
    {
        var (user, address) = ("user " + Account.KeyOf(request.User), "address " + remoteAddress);
        var pause = new[] { brake.PauseFor(user), brake.PauseFor(address) }.Max();
        if (pause > TimeSpan.Zero) throw SignInProblems.HeldBack(pause).Because();

        await using var context = await catalog.CreateDbContextAsync(cancellation);
        var key = Account.KeyOf(request.User);
        var account = await context.Accounts.AsNoTracking().SingleOrDefaultAsync(account => account.NameKey == key, cancellation);
        var matches = PasswordHash.Matches(account?.PasswordHash ?? NobodysHash.Value, request.Password);
        if (account is null || !matches)
        {
            brake.Wrong(user);
            brake.Wrong(address);
            LogWrong(request.User, remoteAddress);
            throw SignInProblems.Wrong().Because();
        }

        brake.Right(user);
        brake.Right(address);
        return await IssueAsync(context, account, cancellation);
    }

    /// <summary>The account behind a token, or null when it is unknown or over.</summary>
    public async Task<Account?> FindAsync(string token, CancellationToken cancellation)
    {
        if (!token.StartsWith(TokenPrefix, StringComparison.Ordinal)) return null;
        var (hash, now) = (HashOf(token), time.GetUtcNow());
        await using var context = await catalog.CreateDbContextAsync(cancellation);
        return await (
            from issued in context.AccessTokens.AsNoTracking()
            join account in context.Accounts.AsNoTracking() on issued.AccountId equals account.Id
            where issued.Hash == hash && issued.ExpiresAt > now
            select account).SingleOrDefaultAsync(cancellation);
    }

    private async Task<SignInView> IssueAsync(CatalogContext context, Account account, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var token = TokenPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        await context.AccessTokens.Where(issued => issued.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
        context.AccessTokens.Add(new AccessToken { Hash = HashOf(token), AccountId = account.Id, CreatedAt = now, ExpiresAt = now + settings.TokenLifetime });
        await context.SaveChangesAsync(cancellation);
        return new SignInView(token, account.Name, account.Role, now + settings.TokenLifetime);
    }

    private static string HashOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    [LoggerMessage(LogLevel.Warning, "Wrong password for '{User}' from {Address}.")]
    private partial void LogWrong(string user, string address);
}
