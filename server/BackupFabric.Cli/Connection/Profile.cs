namespace BackupFabric.Cli.Connection;

/// <param name="AuthorityPem">The only authority this profile trusts.</param>
internal sealed record Profile(Uri Server, string AuthorityPem, string Token, string User);
