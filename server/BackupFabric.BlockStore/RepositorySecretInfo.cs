namespace BackupFabric.BlockStore;

/// <summary>A secret that opens a repository, without anything secret.</summary>
/// <param name="Number">Names it for <see cref="Repository.RemoveSecretAsync"/>.</param>
public sealed record RepositorySecretInfo(int Number, SecretKind Kind, DateTimeOffset AddedAt);
