using System.Buffers;
using BackupFabric.Blocks;
using BackupFabric.Blocks.Maps;
using BackupFabric.BlockStore.Sessions;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Repositories;

public class SessionTests : IAsyncLifetime
{
    private readonly MemoryVolume _volume = new();
    private Repository _repository = null!;
    private StoreSession _session = null!;

    public async ValueTask InitializeAsync()
    {
        _repository = await TestRepository.CreateAsync(_volume);
        _session = _repository.BeginSession();
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _repository.DisposeAsync();
        await _volume.DisposeAsync();
    }

    [Fact]
    public async Task A_block_can_be_read_the_moment_it_was_put()
    {
        foreach (var block in TestDisk.Blocks(_repository, TestDisk.Content(1, 100)).Where(block => !block.Id.IsZero))
        {
            await TestDisk.PutAsync(_session, block);
            Assert.True(_repository.Contains(block.Id));
            var payload = new byte[BlockSealer.BoundOf(_repository.Rules.GreatestBytes)];
            var record = await _repository.ReadSealedAsync(block.Id, payload, CancellationToken.None);
            using var sealer = new BlockSealer();
            var plain = new byte[record.PlainLength];
            Assert.True(sealer.TryOpen(record.Codec, payload.AsSpan(0, record.PayloadLength), plain));
            Assert.True(block.Plain.Span.SequenceEqual(plain));
        }
    }

    [Fact]
    public async Task Lacking_blocks_are_told_by_bit_and_holes_never_lack()
    {
        var blocks = TestDisk.Blocks(_repository, TestDisk.Content(2, 200)).Where(block => !block.Id.IsZero).DistinctBy(block => block.Id).Take(11).ToArray();
        await TestDisk.PutAsync(_session, blocks[0]);
        await TestDisk.PutAsync(_session, blocks[9]);
        var ids = blocks.Select(block => block.Id).Append(BlockId.Zero).ToArray();
        var bitmap = new byte[] { 0xFF, 0xFF };
        _session.FindLacking(ids, bitmap);
        Assert.Equal([0b1111_1110, 0b0000_0101], bitmap);
    }

    [Fact]
    public async Task Bytes_that_are_not_the_block_they_claim_to_be_are_refused_and_not_stored()
    {
        var block = TestDisk.Blocks(_repository, TestDisk.Content(3, 50)).First(block => !block.Id.IsZero);
        var other = block.Plain.ToArray();
        other[^1] ^= 1;
        await RefusesAsync(block.Id, BlockCodec.None, other.Length, other);
        await RefusesAsync(block.Id, BlockCodec.Lz4, block.Plain.Length, other);
        await RefusesAsync(block.Id, BlockCodec.None, block.Plain.Length - 1, block.Plain[..^1]);
        await RefusesAsync(block.Id, BlockCodec.None, 0, ReadOnlyMemory<byte>.Empty);
        await RefusesAsync(block.Id, BlockCodec.None, -4096, block.Plain);
        await RefusesAsync(block.Id, BlockCodec.None, _repository.Rules.GreatestBytes + Cluster.Size, new byte[_repository.Rules.GreatestBytes + Cluster.Size]);
        await RefusesAsync(block.Id, (BlockCodec)200, block.Plain.Length, block.Plain);
        await RefusesAsync(block.Id, BlockCodec.Lz4, block.Plain.Length, new byte[block.Plain.Length + 1]);
        await RefusesAsync(BlockId.Zero, BlockCodec.None, block.Plain.Length, block.Plain);
        Assert.False(_repository.Contains(block.Id));
        Assert.Equal(0, _session.NewBytes);
    }

    [Fact]
    public async Task Many_streams_that_bring_the_same_blocks_store_each_once()
    {
        // No index run is written meanwhile: while an entry moves into one, a block may be stored twice, which harms nothing.
        await using var memory = new MemoryVolume();
        await using var shared = await TestRepository.CreateAsync(memory, tuning: TestRepository.Tuning with { RunEntriesMin = 100_000 });
        var blocks = TestDisk.Blocks(shared, TestDisk.Content(4, 150)).Where(block => !block.Id.IsZero).DistinctBy(block => block.Id).ToArray();
        await using var first = shared.BeginSession();
        await using var second = shared.BeginSession();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(stream => Task.Run(async () =>
        {
            var into = stream % 2 == 0 ? first : second;
            foreach (var block in blocks.OrderBy(block => block.Id.B * (ulong)(stream + 1))) await TestDisk.PutAsync(into, block, BlockCodec.None);
        })));
        Assert.Equal(blocks.Length, shared.Usage().Blocks);
        Assert.Equal(blocks.Sum(block => (long)block.Plain.Length), first.NewBytes + second.NewBytes);
    }

    [Fact]
    public async Task A_map_over_a_block_that_was_never_sent_is_refused_and_names_it()
    {
        var id = _repository.IdKey.IdOf("never sent"u8);
        var refusal = await TestRepository.RefusalAsync("blocks-missing", () => BuildAsync(64 * Cluster.Size, (0, Leaf(new SpanEntry(4, id), new SpanEntry(60, BlockId.Zero)))));
        Assert.Contains(id.ToString(), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_map_that_stretches_a_block_or_is_out_of_order_or_malformed_is_refused()
    {
        var block = TestDisk.Blocks(_repository, TestDisk.Content(5, 50)).First(block => !block.Id.IsZero);
        await TestDisk.PutAsync(_session, block);
        var clusters = block.Plain.Length / Cluster.Size;
        var length = 3 * _repository.Rules.SpanBytes;
        var good = Leaf(new SpanEntry(clusters, block.Id), new SpanEntry(64 - clusters, BlockId.Zero));
        var stretched = Leaf(new SpanEntry(clusters + 1, block.Id), new SpanEntry(63 - clusters, BlockId.Zero));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(length, (0, stretched)));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(length, (1, good), (1, good)));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(length, (2, good), (0, good)));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(length, (3, good)));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(length, (-1, good)));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(length, (0, good[..^1])));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(length - Cluster.Size, (2, good)));
        await TestRepository.RefusalAsync("map-invalid", () => BuildAsync(-1));
        var built = await BuildAsync(length, (0, good), (2, good));
        Assert.Equal(2L * block.Plain.Length, built.ContentBytes);
    }

    [Theory]
    [InlineData(200, 90)]
    [InlineData(90, 200)]
    [InlineData(200, 128)]
    [InlineData(70, 66)]
    [InlineData(66, 70)]
    [InlineData(64, 0)]
    public async Task The_bytes_under_blocks_are_right_after_a_disk_grew_or_shrank(int before, int after)
    {
        var first = await TestDisk.StoreAsync(_repository, _session, TestDisk.Content(6, before));
        var disk = TestDisk.Content(7, Math.Min(before, after)).Concat(new byte[Math.Max(0, after - before) * Cluster.Size]).ToArray();
        var second = await TestDisk.StoreAsync(_repository, _session, disk, first);
        Assert.Equal(TestRepository.ContentOf(_repository, disk), second.ContentBytes);
        Assert.Equal(disk, await TestDisk.RestoreAsync(_repository, second));
        var alone = await TestDisk.StoreAsync(_repository, _session, disk);
        Assert.Equal(alone.Root, second.Root);
    }

    [Fact]
    public async Task A_commit_that_is_repeated_by_its_job_gives_the_same_point()
    {
        var disk = await TestDisk.StoreAsync(_repository, _session, TestDisk.Content(8, 40));
        var manifest = TestDisk.PointOf(Guid.NewGuid(), default, disk);
        var first = await _session.CommitAsync(manifest, CancellationToken.None);
        await using var later = _repository.BeginSession();
        var second = await later.CommitAsync(manifest with { PointId = Guid.NewGuid() }, CancellationToken.None);
        Assert.Same(first, second);
        await TestRepository.RefusalAsync("point-exists", () => later.CommitAsync(manifest with { JobId = Guid.NewGuid() }, CancellationToken.None));
        Assert.Single(_repository.Points());
    }

    [Fact]
    public async Task A_point_over_a_map_that_is_not_stored_is_refused()
    {
        var disk = await TestDisk.StoreAsync(_repository, _session, TestDisk.Content(9, 40));
        var foreign = disk with { Root = new(_repository.IdKey.IdOf("foreign"u8), disk.Root.Length) };
        await TestRepository.RefusalAsync("point-invalid", () => _session.CommitAsync(TestDisk.PointOf(default, default, foreign), CancellationToken.None));
        await TestRepository.RefusalAsync("point-invalid", () => _session.CommitAsync(TestDisk.PointOf(default, default, disk, disk), CancellationToken.None));
        Assert.Empty(_repository.Points());
    }

    [Fact]
    public async Task Points_come_oldest_first_and_keep_every_field()
    {
        var disk = await TestDisk.StoreAsync(_repository, _session, TestDisk.Content(10, 40));
        var late = TestDisk.PointOf(Guid.NewGuid(), DateTimeOffset.UnixEpoch.AddDays(2).ToOffset(TimeSpan.FromHours(2)), disk) with
        {
            VmName = "Ubuntu \"ä\" \u4e2d",
            NewBytes = long.MaxValue,
            Warnings = [new("code", "Sentence.", "Advice.")],
            Configuration = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray(),
        };
        var early = TestDisk.PointOf(late.VmId, DateTimeOffset.UnixEpoch, disk);
        await _session.CommitAsync(late, CancellationToken.None);
        await _session.CommitAsync(early, CancellationToken.None);
        await using var reopened = await TestRepository.OpenAsync(_volume.AfterKill());
        Assert.Equal([early.PointId, late.PointId], reopened.Points().Select(point => point.PointId));
        var read = reopened.FindPoint(late.PointId)!;
        Assert.Equal(late.Configuration.ToArray(), read.Configuration.ToArray());
        Assert.Equal(late.Warnings, read.Warnings);
        Assert.Equal(late.Disks, read.Disks);
        Assert.Equal(late.TakenAt.Offset, read.TakenAt.Offset);
        Assert.Equal(late with { Configuration = default, Warnings = [], Disks = [] }, read with { Configuration = default, Warnings = [], Disks = [] });
    }

    private static byte[] Leaf(params SpanEntry[] entries)
    {
        var output = new ArrayBufferWriter<byte>();
        SpanLeaf.Encode(entries, output);
        return output.WrittenSpan.ToArray();
    }

    private Task<(DiskMapRoot Root, long ContentBytes)> BuildAsync(long length, params (long Span, byte[] Leaf)[] leaves) =>
        _session.BuildMapAsync(null, length, leaves.Select(leaf => (leaf.Span, (ReadOnlyMemory<byte>)leaf.Leaf)).ToAsyncEnumerable(), CancellationToken.None);

    private async Task RefusesAsync(BlockId id, BlockCodec codec, int plainLength, ReadOnlyMemory<byte> payload) =>
        await TestRepository.RefusalAsync("block-forged", async () => await _session.PutAsync(id, codec, plainLength, payload, CancellationToken.None));
}
