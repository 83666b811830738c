namespace BackupFabric.Server.SignIn;

/// <summary>A bearer token, of which only the hash is kept.</summary>
internal sealed class AccessToken
{
    public required string Hash { get; init; }

    public required Guid AccountId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
