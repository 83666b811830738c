using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Encryption;

public sealed class SecretTests : IAsyncLifetime
{
    private readonly MemoryVolume _volume = new();
    private readonly byte[] _disk = TestDisk.Content(51, 60);
    private readonly Dictionary<Guid, byte[]> _disks = [];

    public async ValueTask InitializeAsync()
    {
        await using var repository = await TestRepository.CreateAsync(_volume, Secrets.With(Secrets.Passphrase()));
        _disks.Add((await TestDisk.BackUpAsync(repository, _disk)).PointId, _disk);
    }

    public ValueTask DisposeAsync() => _volume.DisposeAsync();

    [Fact]
    public async Task A_wrong_or_absent_secret_is_told_and_costs_and_changes_nothing()
    {
        var before = Secrets.AllFiles(_volume);
        await TestRepository.RefusalAsync("repository-locked", () => Secrets.OpenAsync(_volume, null));
        await TestRepository.RefusalAsync("secret-wrong", () => Secrets.OpenAsync(_volume, Secrets.Passphrase("correct horse battery stapl3")));
        await TestRepository.RefusalAsync("secret-wrong", () => Secrets.OpenAsync(_volume, Secrets.KeyFile()));
        Assert.Equal(before, Secrets.AllFiles(_volume));
        await using var repository = await Secrets.OpenAsync(_volume, Secrets.Passphrase());
        await TestRepository.AssertHoldsAsync(repository, _disks);
        Assert.Empty(repository.Findings());
    }

    [Fact]
    public async Task A_wrong_secret_is_told_as_such_also_while_another_process_has_the_repository_open()
    {
        await using var open = await Secrets.OpenAsync(_volume, Secrets.Passphrase());
        await TestRepository.RefusalAsync("secret-wrong", () => Secrets.OpenAsync(_volume, Secrets.KeyFile()));
        await TestRepository.RefusalAsync("repository-in-use", () => Secrets.OpenAsync(_volume, Secrets.Passphrase()));
        await TestDisk.BackUpAsync(open, TestDisk.Content(52, 20));
    }

    [Fact]
    public async Task A_plain_repository_is_not_taken_for_an_encrypted_one()
    {
        var plain = new MemoryVolume();
        await (await TestRepository.CreateAsync(plain)).DisposeAsync();
        var before = Secrets.AllFiles(plain);
        await TestRepository.RefusalAsync("repository-not-encrypted", () => Secrets.OpenAsync(plain, Secrets.Passphrase()));
        Assert.Equal(before, Secrets.AllFiles(plain));
        await using var repository = await Secrets.OpenAsync(plain, null);
        Assert.False(repository.IsEncrypted);
        Assert.Empty(repository.Secrets());
        await TestRepository.RefusalAsync("repository-not-encrypted", () => repository.AddSecretAsync(Secrets.KeyFile(), CancellationToken.None));
        await TestRepository.RefusalAsync("repository-not-encrypted", () => repository.RotateKeyAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_plain_repository_file_put_beside_the_encrypted_one_does_not_open_it()
    {
        var plain = new MemoryVolume();
        await (await TestRepository.CreateAsync(plain)).DisposeAsync();
        _volume.SetBytes("repository", plain.BytesOf("repository"));
        await TestRepository.RefusalAsync("repository-locked", () => Secrets.OpenAsync(_volume, null));
        await using var repository = await Secrets.OpenAsync(_volume, Secrets.Passphrase());
        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Fact]
    public async Task Each_of_several_secrets_opens_it_and_a_removed_one_does_not()
    {
        await using (var repository = await Secrets.OpenAsync(_volume, Secrets.Passphrase()))
        {
            Assert.Equal(1, repository.OpenedBySecret);
            Assert.Equal(2, await repository.AddSecretAsync(Secrets.KeyFile(), CancellationToken.None));
            Assert.Equal(3, await repository.AddSecretAsync(Secrets.Passphrase("another passphrase"), CancellationToken.None));
            await repository.RemoveSecretAsync(1, CancellationToken.None);
            Assert.Equal([(2, SecretKind.KeyFile), (3, SecretKind.Passphrase)], repository.Secrets().Select(secret => (secret.Number, secret.Kind)));
            Assert.Null(repository.OpenedBySecret);
            await TestRepository.RefusalAsync("secret-missing", () => repository.RemoveSecretAsync(1, CancellationToken.None));
            // What the open repository writes is not hurt by it.
            _disks.Add((await TestDisk.BackUpAsync(repository, TestDisk.Content(53, 30))).PointId, TestDisk.Content(53, 30));
        }

        Assert.False(await Secrets.OpensAsync(_volume, Secrets.Passphrase()));
        foreach (var (number, secret) in new[] { (2, Secrets.KeyFile()), (3, Secrets.Passphrase("another passphrase")) })
        {
            await using var repository = await Secrets.OpenAsync(_volume, secret);
            Assert.Equal(number, repository.OpenedBySecret);
            await TestRepository.AssertHoldsAsync(repository, _disks);
        }
    }

    [Fact]
    public async Task The_last_secret_cannot_be_removed_and_there_are_not_more_than_can_be_tried()
    {
        await using var repository = await Secrets.OpenAsync(_volume, Secrets.Passphrase());
        await TestRepository.RefusalAsync("secret-last", () => repository.RemoveSecretAsync(1, CancellationToken.None));
        await TestRepository.RefusalAsync("secret-last", () => repository.ReplaceSecretsAsync([], CancellationToken.None));
        for (byte i = 2; i <= 16; i++) await repository.AddSecretAsync(Secrets.KeyFile(i), CancellationToken.None);
        await TestRepository.RefusalAsync("secrets-full", () => repository.AddSecretAsync(Secrets.KeyFile(99), CancellationToken.None));
        Assert.True(await Secrets.OpensAsync(_volume, Secrets.KeyFile(16)));
    }

    [Fact]
    public async Task After_replacing_the_secrets_an_old_repository_file_and_its_secret_open_nothing_written_since()
    {
        var old = _volume.BytesOf("repository");
        var later = TestDisk.Content(54, 40);
        await using (var repository = await Secrets.OpenAsync(_volume, Secrets.Passphrase()))
        {
            await repository.ReplaceSecretsAsync([Secrets.KeyFile(8)], CancellationToken.None);
            _disks.Add((await TestDisk.BackUpAsync(repository, later)).PointId, later);
        }

        Assert.False(await Secrets.OpensAsync(_volume, Secrets.Passphrase()));
        var stolen = _volume.AfterKill();
        foreach (var name in new[] { "repository", "repository.copy" }) stolen.SetBytes(name, old);
        await using (var thief = await Secrets.OpenAsync(stolen, Secrets.Passphrase()))
        {
            Assert.Contains("data key 2", Assert.Single(thief.DamagedManifests()).Message, StringComparison.Ordinal);
            Assert.Single(thief.Points());
            var payload = new byte[Blocks.BlockSealer.BoundOf(thief.Rules.GreatestBytes)];
            var block = TestDisk.Blocks(thief, later).First(block => !block.Id.IsZero && !TestDisk.Blocks(thief, _disk).Any(other => other.Id == block.Id));
            var refusal = await TestRepository.RefusalAsync("block-damaged", async () => await thief.ReadSealedAsync(block.Id, payload, CancellationToken.None));
            Assert.Contains("data key 2", refusal.Message, StringComparison.Ordinal);
        }

        await using var owner = await Secrets.OpenAsync(_volume, Secrets.KeyFile(8));
        await TestRepository.AssertHoldsAsync(owner, _disks);
    }

    [Fact]
    public async Task Of_two_repository_files_the_later_counts_and_the_earlier_is_made_like_it()
    {
        var old = _volume.BytesOf("repository");
        await using (var repository = await Secrets.OpenAsync(_volume, Secrets.Passphrase()))
        {
            await repository.AddSecretAsync(Secrets.KeyFile(), CancellationToken.None);
            await repository.RemoveSecretAsync(1, CancellationToken.None);
        }

        var latest = _volume.BytesOf("repository");
        foreach (var name in new[] { "repository", "repository.copy" })
        {
            var stale = _volume.AfterKill();
            stale.SetBytes(name, old);
            await TestRepository.RefusalAsync("secret-wrong", () => Secrets.OpenAsync(stale, Secrets.Passphrase()));
            Assert.Equal(old, stale.BytesOf(name));
            await using var repository = await Secrets.OpenAsync(stale, Secrets.KeyFile());
            Assert.Contains($"'{name}'", Assert.Single(repository.Findings()).Message, StringComparison.Ordinal);
            Assert.Equal(latest, stale.BytesOf(name));
        }
    }

    [Fact]
    public async Task Keys_that_changed_between_reading_and_locking_are_read_again()
    {
        var late = new FaultVolume(_volume)
        {
            BeforeLock = async () =>
            {
                await using var other = await Secrets.OpenAsync(_volume, Secrets.Passphrase());
                await other.RotateKeyAsync(CancellationToken.None);
                _disks.Add((await TestDisk.BackUpAsync(other, TestDisk.Content(55, 30))).PointId, TestDisk.Content(55, 30));
            },
        };
        await using var repository = await TestRepository.OpenAsync(late, Secrets.With(Secrets.Passphrase()));
        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Fact]
    public void A_secret_that_is_too_short_or_wiped_is_refused()
    {
        Assert.Equal("secret-unfit", Assert.Throws<RepositoryException>(() => RepositorySecret.FromPassphrase("1234567")).Code);
        Assert.Equal("secret-unfit", Assert.Throws<RepositoryException>(() => RepositorySecret.FromPassphrase("\ud800 1234567")).Code);
        Assert.Equal("secret-unfit", Assert.Throws<RepositoryException>(() => RepositorySecret.FromKeyFile(new byte[31])).Code);
        Assert.Equal(32, RepositorySecret.NewKeyFile().Length);
        var wiped = Secrets.KeyFile();
        wiped.Dispose();
        Assert.Throws<ObjectDisposedException>(() => wiped.Derive(new byte[16], 1, new byte[64]));
    }
}
