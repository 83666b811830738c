using BackupFabric.BlockStore.Encryption;

namespace BackupFabric.BlockStore.Identity;

/// <summary>The keys of an encrypted repository, as they stand in one generation of its file.</summary>
/// <param name="RingKey">Seals the key ring; each secret wraps it.</param>
/// <param name="OpenedBy">The number of the secret that opened it; 0 when that one was removed or replaced.</param>
internal sealed record VaultState(long Generation, byte[] RingKey, IReadOnlyList<DataKey> DataKeys, IReadOnlyList<SecretBody> Secrets, int OpenedBy)
{
    /// <summary>Each passphrase that does not fit costs an opening its iterations.</summary>
    public const int SecretsMax = 16;

    public int NextSecret => Secrets.Max(secret => secret.Number) + 1;

    public static VaultState New(Guid repository, RepositorySecret secret, DateTimeOffset now, int iterations, FillRandom random)
    {
        var ringKey = KeyBytes.Random(random);
        return new(1, ringKey, [new(1, now, KeyBytes.Random(random))], [KeySlot.Make(1, secret, repository, ringKey, now, iterations, random)], 1);
    }

    /// <summary>Fails with <c>secrets-full</c>.</summary>
    public VaultState WithSecret(Guid repository, RepositorySecret secret, DateTimeOffset now, int iterations, FillRandom random)
    {
        if (Secrets.Count >= SecretsMax) throw RepositoryErrors.SecretsFull(SecretsMax);
        return this with { Secrets = [.. Secrets, KeySlot.Make(NextSecret, secret, repository, RingKey, now, iterations, random)] };
    }

    /// <summary>Fails with <c>secret-missing</c> and <c>secret-last</c>.</summary>
    public VaultState WithoutSecret(int number)
    {
        if (Secrets.All(secret => secret.Number != number)) throw RepositoryErrors.SecretMissing(number);
        if (Secrets.Count == 1) throw RepositoryErrors.SecretLast();
        return this with { Secrets = [.. Secrets.Where(secret => secret.Number != number)], OpenedBy = OpenedBy == number ? 0 : OpenedBy };
    }

    /// <summary>Exactly these secrets, under a new ring key: a former secret opens none of the keys made from here on, not even with an old copy of the file.</summary>
    public VaultState WithSecrets(Guid repository, IReadOnlyList<RepositorySecret> secrets, DateTimeOffset now, int iterations, FillRandom random)
    {
        if (secrets.Count == 0) throw RepositoryErrors.SecretLast();
        if (secrets.Count > SecretsMax) throw RepositoryErrors.SecretsFull(SecretsMax);
        var ringKey = KeyBytes.Random(random);
        var first = NextSecret;
        return this with { RingKey = ringKey, Secrets = [.. secrets.Select((secret, i) => KeySlot.Make(first + i, secret, repository, ringKey, now, iterations, random))], OpenedBy = 0 };
    }

    /// <summary>Fails with <c>keys-full</c>.</summary>
    public VaultState WithDataKey(DateTimeOffset now, FillRandom random)
    {
        var number = DataKeys.Max(key => key.Number) + 1;
        if (number > DataKey.NumberMax) throw RepositoryErrors.KeysFull(DataKey.NumberMax);
        return this with { DataKeys = [.. DataKeys, new(number, now, KeyBytes.Random(random))] };
    }
}
