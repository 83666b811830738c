using System.Buffers;
using System.Globalization;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Golden;

/// <summary>
/// A repository as the first version of the format wrote it. It must be read for ever; and what is written now must be these bytes, or the format has changed.
/// After a wanted change: a new folder beside this one, made by <see cref="WriteAsync"/>; the old one stays and must still be read.
/// </summary>
public sealed class GoldenTests
{
    private const int Length = 140 * Cluster.Size + 512;
    private static readonly string[] Frozen = ["repository", "repository.copy", "data/", "maps/", "index/", "points/"];

    private static readonly DateTimeOffset Made = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData("v1")]
    [InlineData("v1-encrypted")]
    public async Task The_first_format_is_read(string version)
    {
        var volume = new MemoryVolume();
        var folder = FolderOf(version);
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            volume.SetBytes(Path.GetRelativePath(folder, file).Replace('\\', '/'), await File.ReadAllBytesAsync(file));
        await using var repository = await TestRepository.OpenAsync(volume, OptionsOf(version));
        Assert.Empty(repository.Findings());
        Assert.Equal(2, repository.Points().Count);
        foreach (var point in repository.Points())
            Assert.Equal(Disk(int.Parse(point.VmName[3..], CultureInfo.InvariantCulture)), await TestDisk.RestoreAsync(repository, point.Disks[0]));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1-encrypted")]
    public async Task What_is_written_now_is_the_first_format_byte_for_byte(string version)
    {
        var volume = await WriteAsync(version);
        var folder = FolderOf(version);
        if (Environment.GetEnvironmentVariable("BLOCKSTORE_GOLDEN") is { Length: > 0 } to) Save(volume, Path.Combine(to, version));
        var frozen = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(frozen, FrozenNames(volume));
        foreach (var name in FrozenNames(volume)) Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(folder, name)), volume.BytesOf(name));
    }

    private static string FolderOf(string version) => Path.Combine(AppContext.BaseDirectory, "Golden", version);

    private static RepositoryOptions OptionsOf(string version) =>
        TestRepository.PlainOptions with { PackBytesMax = 30 << 10, Secret = version == "v1" ? null : RepositorySecret.FromPassphrase("golden passphrase") };

    private static async Task<MemoryVolume> WriteAsync(string version)
    {
        var volume = new MemoryVolume();
        var key = Enumerable.Range(0, 32).Select(value => (byte)value).ToArray();
        var id = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        FillRandom random = new Sequence().Fill;
        var options = OptionsOf(version);
        var tuning = TestRepository.Tuning with { RunEntriesMin = 2 };
        var vault = options.Secret is null ? null : VaultState.New(id, options.Secret, Made, iterations: 1000, random);
        var identity = new RepositoryIdentity(id, key, TestDisk.Rules, Made, vault);
        // Small limits: several packs and a run from little data.
        await using var repository = await new RepositoryOpening(volume, options, tuning, new FixedTime(), random).CreateAsync(identity, CancellationToken.None);
        for (var number = 1; number <= 2; number++)
        {
            await using var session = repository.BeginSession();
            var (root, content) = await session.BuildMapAsync(null, Length, LeavesAsync(repository, session, Disk(number)), CancellationToken.None);
            var disk = new ManifestDisk("disk-0", @"C:\VMs\disk.vhdx", "SCSI 0:0", 512, 4096, 2 << 20, root, content);
            var pointId = new Guid(number, 0, 0, new byte[8]);
            var point = TestDisk.PointOf(pointId, Made.AddDays(number), disk) with { PointId = pointId, JobId = pointId, VmName = $"vm-{number}", NewBytes = session.NewBytes, Warnings = [new("code", "Sentence.", "Advice.")] };
            await session.CommitAsync(point, CancellationToken.None);
            if (vault is null || number > 1) continue;
            // The second point is under a second data key, and two secrets of both kinds open both.
            await repository.RotateKeyAsync(CancellationToken.None);
            await repository.AddSecretAsync(RepositorySecret.FromKeyFile(key), CancellationToken.None);
        }

        return volume;
    }

    /// <summary>Blocks of one to three clusters at the start and in the last span, whatever a cutter would do; both disks begin alike. No codec: its output may be improved.</summary>
    private static async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync(Repository repository, StoreSession session, byte[] disk)
    {
        foreach (var span in new[] { 0, 2 })
        {
            var entries = new List<SpanEntry>();
            var at = span * (int)TestDisk.Rules.SpanBytes;
            foreach (var clusters in new[] { 1, 2, 3 })
            {
                var block = new TestBlock(span, repository.IdKey.IdOf(disk.AsSpan(at, clusters * Cluster.Size)), disk.AsMemory(at, clusters * Cluster.Size));
                await TestDisk.PutAsync(session, block, BlockCodec.None);
                entries.Add(new(clusters, block.Id));
                at += clusters * Cluster.Size;
            }

            entries.Add(new(TestDisk.Rules.ClustersOf(Length, span) - 6, BlockId.Zero));
            var leaf = new ArrayBufferWriter<byte>();
            SpanLeaf.Encode(entries, leaf);
            yield return (span, leaf.WrittenMemory);
        }
    }

    private static byte[] Disk(int number)
    {
        var disk = new byte[Length];
        Pattern(1).CopyTo(disk, 0);
        Pattern((uint)number).CopyTo(disk, 2 * (int)TestDisk.Rules.SpanBytes);
        return disk;
    }

    /// <summary>Incompressible without <see cref="Random"/>, whose sequence is not promised.</summary>
    private static byte[] Pattern(uint seed)
    {
        var bytes = new byte[6 * Cluster.Size];
        var state = seed * 2654435761u + 1;
        for (var i = 0; i < bytes.Length; i++)
        {
            state = state * 1664525u + 1013904223u;
            bytes[i] = (byte)(state >> 24);
        }

        return bytes;
    }

    private static IEnumerable<string> FrozenNames(MemoryVolume volume) =>
        volume.Names().Where(name => Frozen.Any(prefix => name == prefix || (prefix.EndsWith('/') && name.StartsWith(prefix, StringComparison.Ordinal))));

    private static void Save(MemoryVolume volume, string to)
    {
        foreach (var name in FrozenNames(volume))
        {
            var path = Path.Combine(to, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, volume.BytesOf(name));
        }
    }

    /// <summary>Chance that is the same every time.</summary>
    private sealed class Sequence
    {
        private byte _next;

        public void Fill(Span<byte> destination)
        {
            foreach (ref var value in destination) value = _next++;
        }
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Made;
    }
}
