namespace BackupFabric.BlockStore.Identity;

/// <summary>The repository file's JSON. Names and meaning are frozen by FORMAT.md.</summary>
internal sealed record RepositoryBody(Guid Id, DateTimeOffset CreatedAt, RulesBody Rules, IReadOnlyList<KeyBody> Keys);

internal sealed record RulesBody(uint Seed, int LeastClusters, int AverageClusters, int GreatestClusters, int SpanClusters, int ZeroRunClusters);

/// <param name="Wrapping">How <paramref name="Key"/> is protected; "none" is the key itself.</param>
internal sealed record KeyBody(int Number, string Wrapping, byte[] Key);
