using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Sessions;

namespace BackupFabric.BlockStore.Tests.Kit;

/// <summary>What an agent does with one disk, small: cut, hash, offer, seal, put, map. And what a restore does.</summary>
internal static class TestDisk
{
    public static readonly CuttingRules Rules = new(Seed: 77, LeastClusters: 1, AverageClusters: 4, GreatestClusters: 16, SpanClusters: 64, ZeroRunClusters: 2);

    /// <summary>Compressible and incompressible clusters, and holes.</summary>
    public static byte[] Content(int seed, int clusters)
    {
        var random = new Random(seed);
        var disk = new byte[clusters * Cluster.Size];
        for (var i = 0; i < clusters; i++)
        {
            var cluster = disk.AsSpan(i * Cluster.Size, Cluster.Size);
            switch (random.Next(4))
            {
                case 0: break;
                case 1: cluster.Fill((byte)random.Next(1, 256)); break;
                default: random.NextBytes(cluster); break;
            }
        }

        return disk;
    }

    /// <summary>Stores what is lacking and builds the map of a whole disk, on a base or not.</summary>
    public static async Task<ManifestDisk> StoreAsync(Repository repository, StoreSession session, byte[] disk, ManifestDisk? basis = null, BlockCodec codec = BlockCodec.Lz4)
    {
        var (root, content) = await session.BuildMapAsync(basis, disk.Length, LeavesAsync(repository, session, disk, codec), CancellationToken.None);
        return new("disk-0", @"C:\VMs\disk.vhdx", "SCSI 0:0", 512, 4096, 2 << 20, root, content);
    }

    public static Manifest PointOf(Guid vm, DateTimeOffset takenAt, params ManifestDisk[] disks) => new(
        Guid.NewGuid(), Guid.NewGuid(), vm, "vm", "HV-1", Guid.Empty, takenAt, "application", new byte[] { 1, 2, 3 }, disks, 0, []);

    public static async Task<Manifest> BackUpAsync(Repository repository, byte[] disk, Guid vm = default, ManifestDisk? basis = null, DateTimeOffset takenAt = default)
    {
        await using var session = repository.BeginSession();
        var stored = await StoreAsync(repository, session, disk, basis);
        return await session.CommitAsync(PointOf(vm, takenAt, stored) with { NewBytes = session.NewBytes }, CancellationToken.None);
    }

    public static async Task<byte[]> RestoreAsync(Repository repository, ManifestDisk from)
    {
        var rules = repository.Rules;
        var disk = new byte[Cluster.Covering(from.Root.Length) * Cluster.Size];
        var payload = new byte[BlockSealer.BoundOf(rules.GreatestBytes)];
        using var sealer = new BlockSealer();
        var entries = new List<SpanEntry>();
        await foreach (var (span, leaf) in repository.Maps.LeavesAsync(from.Root, 0, CancellationToken.None))
        {
            Assert.True(SpanLeaf.TryDecode(leaf.Span, rules.ClustersOf(from.Root.Length, span), entries));
            var at = (int)(span * rules.SpanBytes);
            foreach (var entry in entries)
            {
                var length = entry.Clusters * Cluster.Size;
                if (!entry.IsHole) await ReadAsync(repository, sealer, entry.Id, payload, disk.AsMemory(at, length));
                at += length;
            }
        }

        return disk[..(int)from.Root.Length];
    }

    /// <summary>The blocks of a disk as a source would offer them.</summary>
    public static IEnumerable<TestBlock> Blocks(Repository repository, byte[] disk)
    {
        var rules = repository.Rules;
        var cutter = new Cutter(rules);
        var cuts = new List<BlockCut>();
        for (var start = 0; start < disk.Length; start += (int)rules.SpanBytes)
        {
            var buffer = disk.AsMemory(start, (int)Math.Min(rules.SpanBytes, disk.Length - start));
            cuts.Clear();
            cutter.Cut(buffer.Span, cuts);
            foreach (var cut in cuts)
            {
                var plain = buffer.Slice(cut.Offset, cut.Length);
                yield return new(start / rules.SpanBytes, cut.IsHole ? BlockId.Zero : repository.IdKey.IdOf(plain.Span), plain);
            }
        }
    }

    public static async Task PutAsync(StoreSession session, TestBlock block, BlockCodec codec = BlockCodec.Lz4)
    {
        using var sealer = new BlockSealer();
        var payload = new byte[BlockSealer.BoundOf(block.Plain.Length)];
        var length = sealer.Seal(block.Plain.Span, codec, payload, out var used);
        await session.PutAsync(block.Id, used, block.Plain.Length, payload.AsMemory(0, length), CancellationToken.None);
        // The payload is not kept: a source reuses its buffers at once.
        payload.AsSpan().Fill(0xEE);
    }

    private static async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync(Repository repository, StoreSession session, byte[] disk, BlockCodec codec)
    {
        foreach (var span in Blocks(repository, disk).GroupBy(block => block.Span))
        {
            var entries = new List<SpanEntry>();
            foreach (var block in span)
            {
                entries.Add(new(block.Plain.Length / Cluster.Size, block.Id));
                if (!block.Id.IsZero && IsLacking(session, block.Id)) await PutAsync(session, block, codec);
            }

            var leaf = new ArrayBufferWriter<byte>();
            SpanLeaf.Encode(entries, leaf);
            yield return (span.Key, leaf.WrittenMemory);
        }
    }

    public static bool IsLacking(StoreSession session, BlockId id)
    {
        var bitmap = new byte[1];
        session.FindLacking([id], bitmap);
        return bitmap[0] == 1;
    }

    private static async Task ReadAsync(Repository repository, BlockSealer sealer, BlockId id, byte[] payload, Memory<byte> plain)
    {
        var record = await repository.ReadSealedAsync(id, payload, CancellationToken.None);
        Assert.Equal(plain.Length, record.PlainLength);
        Assert.True(sealer.TryOpen(record.Codec, payload.AsSpan(0, record.PayloadLength), plain.Span));
        Assert.Equal(id, repository.IdKey.IdOf(plain.Span));
    }
}

internal sealed record TestBlock(long Span, BlockId Id, ReadOnlyMemory<byte> Plain);
