namespace BackupFabric.Server.SignIn;

/// <summary>What an account may do. There is one role so far; the column and the claim are where the others will go.</summary>
internal static class Roles
{
    public const string Administrator = "administrator";
}
