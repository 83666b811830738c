using System.Text.Json.Serialization;

namespace BackupFabric.BlockStore.Identity;

/// <summary>The repository file's JSON. Names and meaning are frozen by FORMAT.md.</summary>
/// <param name="Rules">Null in an encrypted repository, where they are in the key ring.</param>
/// <param name="Generation">Only of an encrypted repository: grows with every change of its keys, and of two files the later one counts.</param>
/// <param name="Secrets">Only of an encrypted repository: what opens its key ring.</param>
internal sealed record RepositoryBody(
    Guid Id,
    DateTimeOffset CreatedAt,
    RulesBody? Rules,
    IReadOnlyList<KeyBody> Keys,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Generation = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SecretBody>? Secrets = null);

internal sealed record RulesBody(uint Seed, int LeastClusters, int AverageClusters, int GreatestClusters, int SpanClusters, int ZeroRunClusters);

/// <param name="Wrapping">How <paramref name="Key"/> is protected; "none" is the master key itself, "ring" the key ring of an encrypted repository.</param>
internal sealed record KeyBody(int Number, string Wrapping, byte[] Key);

/// <param name="Iterations">Of the derivation from a passphrase; 0 for a key file.</param>
/// <param name="Check">Beside the wrapping key the secret gives this hash: it tells a wrong secret from a changed wrapping.</param>
/// <param name="Wrapped">The ring key.</param>
internal sealed record SecretBody(int Number, string Kind, DateTimeOffset AddedAt, byte[] Salt, int Iterations, byte[] Check, byte[] Wrapped);
