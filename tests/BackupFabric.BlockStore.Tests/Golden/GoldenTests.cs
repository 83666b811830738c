using System.Buffers;
using System.Globalization;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
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
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "v1");
    private static readonly string[] Frozen = ["repository", "repository.copy", "data/", "maps/", "index/", "points/"];

    [Fact]
    public async Task The_first_format_is_read()
    {
        var volume = new MemoryVolume();
        foreach (var file in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories))
            volume.SetBytes(Path.GetRelativePath(Folder, file).Replace('\\', '/'), await File.ReadAllBytesAsync(file));
        await using var repository = await TestRepository.OpenAsync(volume);
        Assert.Empty(repository.Findings());
        Assert.Equal(2, repository.Points().Count);
        foreach (var point in repository.Points())
            Assert.Equal(Disk(int.Parse(point.VmName[3..], CultureInfo.InvariantCulture)), await TestDisk.RestoreAsync(repository, point.Disks[0]));
    }

    [Fact]
    public async Task What_is_written_now_is_the_first_format_byte_for_byte()
    {
        var volume = await WriteAsync();
        if (Environment.GetEnvironmentVariable("BLOCKSTORE_GOLDEN") is { Length: > 0 } to) Save(volume, to);
        var frozen = Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
        Assert.Equal(frozen, FrozenNames(volume));
        foreach (var name in FrozenNames(volume)) Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Folder, name)), volume.BytesOf(name));
    }

    private static async Task<MemoryVolume> WriteAsync()
    {
        var volume = new MemoryVolume();
        var key = Enumerable.Range(0, 32).Select(value => (byte)value).ToArray();
        var identity = new RepositoryIdentity(new("00112233-4455-6677-8899-aabbccddeeff"), key, TestDisk.Rules, DateTimeOffset.UnixEpoch);
        // Small limits: several packs and a run from little data.
        await using var repository = await TestRepository.CreateAsync(volume, TestRepository.Options with { PackBytesMax = 30 << 10 }, identity, TestRepository.Tuning with { RunEntriesMin = 2 });
        for (var number = 1; number <= 2; number++)
        {
            await using var session = repository.BeginSession();
            var (root, content) = await session.BuildMapAsync(null, Length, LeavesAsync(repository, session, Disk(number)), CancellationToken.None);
            var disk = new ManifestDisk("disk-0", @"C:\VMs\disk.vhdx", "SCSI 0:0", 512, 4096, 2 << 20, root, content);
            var id = new Guid(number, 0, 0, new byte[8]);
            var point = TestDisk.PointOf(id, DateTimeOffset.UnixEpoch.AddDays(number), disk) with { PointId = id, JobId = id, VmName = $"vm-{number}", NewBytes = session.NewBytes, Warnings = [new("code", "Sentence.", "Advice.")] };
            await session.CommitAsync(point, CancellationToken.None);
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
}
