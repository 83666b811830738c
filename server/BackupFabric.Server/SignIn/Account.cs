namespace BackupFabric.Server.SignIn;

/// <summary>A local account of an operator.</summary>
internal sealed class Account
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string NameKey { get; init; }

    public required string PasswordHash { get; set; }

    public required string Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static string KeyOf(string name) => name.Trim().ToUpperInvariant();
}
