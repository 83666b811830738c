namespace BackupFabric.Protos.Rest;

public sealed record SignInRequest(string User, string Password);

/// <param name="Token">Bearer token for the Authorization header.</param>
public sealed record SignInView(string Token, string User, string Role, DateTimeOffset ExpiresAt);

public sealed record HealthView(string Status, string Version, DateTimeOffset Now);
