using BackupFabric.Blocks;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Volumes;
using Xunit.v3;

namespace BackupFabric.BlockStore.Tests.Kit;

/// <summary>Repositories with small bounds, so that little data crosses every border: packs of 128 KiB, runs of 32 entries.</summary>
internal static class TestRepository
{
    public static readonly RepositorySecret Secret = RepositorySecret.FromKeyFile(new byte[RepositorySecret.KeyFileBytesMin]);

    public static readonly RepositoryOptions PlainOptions = new("a test", PackBytesMax: 128 << 10, FreeBytesReserve: 64 << 10, TestDisk.Rules);

    public static readonly RepositoryOptions EncryptedOptions = PlainOptions with { Secret = Secret };

    /// <summary>Deriving from a passphrase is slow on purpose; here it need not be.</summary>
    public static readonly StoreTuning Tuning = new(BufferBytes: 16 << 10, RunEntriesMin: 32, OpenPacksMax: 4, NodeCacheBytes: 4 << 10, PassphraseIterations: 3);

    /// <summary>Every suite runs over plain repositories; one derived from it that is <see cref="IOverEncryptedRepositories"/> runs the same over encrypted ones.</summary>
    public static RepositoryOptions Options =>
        TestContext.Current.TestClass is IXunitTestClass running && running.Class.IsAssignableTo(typeof(IOverEncryptedRepositories)) ? EncryptedOptions : PlainOptions;

    public static Task<Repository> CreateAsync(IVolume volume, RepositoryOptions? options = null, RepositoryIdentity? identity = null, StoreTuning? tuning = null) =>
        new RepositoryOpening(volume, options ?? Options, tuning ?? Tuning, TimeProvider.System).CreateAsync(identity, CancellationToken.None);

    public static Task<Repository> OpenAsync(IVolume volume, RepositoryOptions? options = null, StoreTuning? tuning = null, TimeProvider? time = null) =>
        new RepositoryOpening(volume, options ?? Options, tuning ?? Tuning, time ?? TimeProvider.System).OpenAsync(CancellationToken.None);

    public static Task<Repository> OpenForReadingAsync(IVolume volume) =>
        RepositoryOpening.OpenForReadingAsync(volume, Options, Tuning, TimeProvider.System, CancellationToken.None);

    /// <summary>Every point restores to what was backed up, and nothing is reported damaged.</summary>
    public static async Task AssertHoldsAsync(Repository repository, IReadOnlyDictionary<Guid, byte[]> disks)
    {
        Assert.Empty(repository.DamagedManifests());
        Assert.Equal(disks.Keys.Order(), repository.Points().Select(point => point.PointId).Order());
        foreach (var point in repository.Points())
        {
            var disk = Assert.Single(point.Disks);
            Assert.True((await TestDisk.RestoreAsync(repository, disk)).AsSpan().SequenceEqual(disks[point.PointId]), $"Point {point.PointId} restores to other bytes.");
            Assert.Equal(ContentOf(repository, disks[point.PointId]), disk.ContentBytes);
        }
    }

    public static long ContentOf(Repository repository, byte[] disk) => TestDisk.Blocks(repository, disk).Where(block => !block.Id.IsZero).Sum(block => (long)block.Plain.Length);

    public static async Task<RepositoryException> RefusalAsync(string code, Func<Task> act)
    {
        var refusal = await Assert.ThrowsAsync<RepositoryException>(act);
        Assert.Equal(code, refusal.Code);
        Assert.NotEmpty(refusal.Advice);
        return refusal;
    }

    public static byte[] Changed(byte[] disk, Random random)
    {
        var changed = disk.ToArray();
        for (var i = 0; i < 3; i++) random.NextBytes(changed.AsSpan(random.Next(changed.Length / Cluster.Size) * Cluster.Size, Cluster.Size));
        return changed;
    }
}
