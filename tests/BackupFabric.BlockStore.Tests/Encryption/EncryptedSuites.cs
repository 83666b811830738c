using BackupFabric.BlockStore.Tests.Crash;
using BackupFabric.BlockStore.Tests.Damage;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Repositories;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Encryption;

// What is promised of a plain repository is promised of an encrypted one: the same suites again.
public sealed class EncryptedRoundTripTests : RoundTripTests, IOverEncryptedRepositories
{
    [Fact]
    public async Task These_suites_really_run_over_encrypted_repositories()
    {
        await using var repository = await TestRepository.CreateAsync(new MemoryVolume());
        Assert.True(repository.IsEncrypted);
    }
}

public sealed class EncryptedSessionTests : SessionTests, IOverEncryptedRepositories;

public sealed class EncryptedLifecycleTests : LifecycleTests, IOverEncryptedRepositories;

public sealed class EncryptedDamageTests : DamageTests, IOverEncryptedRepositories;

public sealed class EncryptedVerificationTests : VerificationTests, IOverEncryptedRepositories;

public sealed class EncryptedFullTests : FullTests, IOverEncryptedRepositories;

public sealed class EncryptedCrashTests : CrashTests, IOverEncryptedRepositories;

public sealed class EncryptedRandomRunTests : RandomRunTests, IOverEncryptedRepositories;
