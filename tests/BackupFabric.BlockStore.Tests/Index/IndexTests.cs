using BackupFabric.Blocks;
using BackupFabric.BlockStore.Index;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Index;

public sealed class IndexTests
{
    private static readonly Guid Repository = Guid.NewGuid();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(84)]
    [InlineData(85)]
    [InlineData(86)]
    [InlineData(170)]
    [InlineData(20_000)]
    public async Task A_run_finds_every_entry_and_no_other(int count)
    {
        var entries = Entries(count, seed: count, id => id);
        await using var run = await RunOfAsync(entries);
        Assert.Equal(count, run.Count);
        foreach (var entry in entries)
        {
            Assert.True(run.TryFind(entry.Id, out var place));
            Assert.Equal(entry.Place, place);
        }

        foreach (var absent in Entries(2000, seed: 999_999, id => id)) Assert.False(run.TryFind(absent.Id, out _));
        Assert.Equal(entries, run.Entries());
    }

    [Fact]
    public async Task Ids_that_are_not_uniform_are_found_all_the_same()
    {
        var shapes = new Func<BlockId, BlockId>[]
        {
            id => id with { A = 0 },
            id => id with { A = ulong.MaxValue },
            id => id with { A = id.A & 0xFF },
            id => id with { A = id.A & 0x8000_0000_0000_00FF },
            id => id with { A = id.B % 3 },
        };
        foreach (var shape in shapes)
        {
            var entries = Entries(3000, 7, shape);
            await using var run = await RunOfAsync(entries);
            Assert.All(entries, entry => Assert.True(run.TryFind(entry.Id, out var place) && place == entry.Place));
            Assert.False(run.TryFind(new(0, 0, 0, 1), out _));
            Assert.False(run.TryFind(new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue), out _));
        }
    }

    [Fact]
    public async Task A_merge_keeps_every_entry_once_and_of_two_copies_the_later_pack()
    {
        var (one, other) = (Entries(500, 1, id => id), Entries(500, 2, id => id));
        var healed = one.Take(100).Select(entry => entry with { Place = entry.Place with { Pack = new(9, 1) } }).ToList();
        var runs = new List<IndexRun>();
        foreach (var entries in new[] { one, other, healed }) runs.Add(await RunOfAsync(entries));
        var merged = IndexRunWriter.Merge(runs).DistinctBy(entry => entry.Id).ToList();
        Assert.Equal(1000, merged.Count);
        Assert.Equal(merged.OrderBy(entry => entry.Id), merged);
        Assert.Equal(100, merged.Count(entry => entry.Place.Pack.Fence == 9));
    }

    [Fact]
    public async Task Many_runs_become_few_and_a_reopened_index_knows_all_of_them()
    {
        await using var volume = new MemoryVolume();
        var all = new List<PackEntry>();
        var packs = new Dictionary<PackNumber, long>();
        await using (var index = new BlockIndex(new IndexRuns(volume, Repository, PackKind.Data, 1, 50), 50))
        {
            for (uint pack = 1; pack <= 100; pack++)
            {
                var number = new PackNumber(1, pack);
                var entries = Entries(60, (int)pack, id => id).ConvertAll(entry => entry with { Place = entry.Place with { Pack = number } });
                foreach (var entry in entries) Assert.True(index.TryAdd(entry.Id, entry.Place));
                all.AddRange(entries);
                packs.Add(number, 1000 + pack);
                await index.PackSealedAsync(number, 1000 + pack, entries.Count);
            }

            Assert.InRange(index.Runs.All.Length, 1, 16);
            Assert.All(all, entry => Assert.True(index.TryFind(entry.Id, out var place) && place == entry.Place));
            Assert.Equal(all.Count, index.Count);
        }

        await using var again = new IndexRuns(volume, Repository, PackKind.Data, 2, 50);
        Assert.Equal(packs.Keys.Order(), (await again.OpenAsync(packs, CancellationToken.None)).Order());
        Assert.Equal(all.Count, again.Count);
    }

    [Fact]
    public async Task A_run_over_a_pack_that_changed_or_went_is_not_believed()
    {
        await using var volume = new MemoryVolume();
        var number = new PackNumber(1, 1);
        await using (var runs = new IndexRuns(volume, Repository, PackKind.Data, 1, 50)) await runs.AddAsync(Entries(10, 1, id => id), [new(number, 500)]);
        foreach (var packs in new Dictionary<PackNumber, long>[] { new() { [number] = 501 }, [] })
        {
            var copy = volume.AfterKill();
            await using var runs = new IndexRuns(copy, Repository, PackKind.Data, 2, 50);
            Assert.Empty(await runs.OpenAsync(packs, CancellationToken.None));
            Assert.Empty(copy.Names("index"));
        }
    }

    private static List<PackEntry> Entries(int count, int seed, Func<BlockId, BlockId> shape)
    {
        var random = new Random(seed);
        var bytes = new byte[BlockId.Size];
        return Enumerable.Range(0, count)
            .Select(_ =>
            {
                random.NextBytes(bytes);
                return new PackEntry(shape(BlockId.Read(bytes)), new(new(1, 1), (uint)random.Next(), random.Next(1 << 24), random.Next(1 << 24), (BlockCodec)random.Next(3), (byte)random.Next(256)));
            })
            .DistinctBy(entry => entry.Id).OrderBy(entry => entry.Id).ToList();
    }

    private static async Task<IndexRun> RunOfAsync(List<PackEntry> entries)
    {
        var volume = new MemoryVolume();
        var packs = entries.Select(entry => entry.Place.Pack).Distinct().Order().Select(pack => new IndexedPack(pack, 1)).ToArray();
        var file = await volume.CreateAsync("index/run", CancellationToken.None);
        await IndexRunWriter.WriteAsync(file, Repository, PackKind.Data, entries, packs);
        return await IndexRun.TryOpenAsync(file, Repository, PackKind.Data, CancellationToken.None) ?? throw new InvalidOperationException("The run was not read.");
    }
}
