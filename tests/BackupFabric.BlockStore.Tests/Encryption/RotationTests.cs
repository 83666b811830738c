using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Encryption;

public sealed class RotationTests : IAsyncDisposable
{
    private const int StepsMin = 8;

    private readonly MemoryVolume _start = new();
    private readonly byte[] _disk = TestDisk.Content(81, 40);

    public static TheoryData<string> Changes => ["add", "remove", "replace", "rotate"];

    public ValueTask DisposeAsync() => _start.DisposeAsync();

    [Fact]
    public async Task After_a_rotation_nothing_old_was_rewritten_and_what_is_new_is_under_the_new_key()
    {
        var expected = await StartAsync();
        Dictionary<string, byte[]> before;
        await using (var repository = await Secrets.OpenAsync(_start, Secrets.KeyFile(1)))
        {
            before = Secrets.AllFiles(_start).Where(file => file.Key.Contains('/', StringComparison.Ordinal)).ToDictionary();
            var id = repository.IdKey.Bytes.ToArray();
            Assert.Equal(2, await repository.RotateKeyAsync(CancellationToken.None));
            Assert.Equal(id, repository.IdKey.Bytes);
            var again = await TestDisk.BackUpAsync(repository, _disk);
            Assert.Equal(0, again.NewBytes);
            expected.Add(again.PointId, _disk);
            var other = TestDisk.Content(82, 40);
            expected.Add((await TestDisk.BackUpAsync(repository, other)).PointId, other);
            Assert.Equal(3, await repository.RotateKeyAsync(CancellationToken.None));
            other = TestDisk.Content(83, 40);
            expected.Add((await TestDisk.BackUpAsync(repository, other)).PointId, other);
            await TestRepository.AssertHoldsAsync(repository, expected);
        }

        foreach (var (name, bytes) in before) Assert.Equal(bytes, _start.BytesOf(name));
        Assert.Equal([1, 2, 3], await KeysAsync(_start));
        await using var reopened = await Secrets.OpenAsync(_start, Secrets.KeyFile(2));
        await TestRepository.AssertHoldsAsync(reopened, expected);
        Assert.Empty(reopened.Findings());
    }

    [Fact]
    public async Task Keys_and_secrets_change_while_backups_run()
    {
        var expected = await StartAsync();
        await using (var repository = await Secrets.OpenAsync(_start, Secrets.KeyFile(1)))
        {
            var backups = Enumerable.Range(0, 6).Select(i => Task.Run(async () => (await TestDisk.BackUpAsync(repository, TestDisk.Content(90 + i, 120), vm: Guid.NewGuid()), 90 + i))).ToArray();
            for (var i = 0; i < 8; i++)
            {
                await repository.RotateKeyAsync(CancellationToken.None);
                await repository.RemoveSecretAsync(await repository.AddSecretAsync(Secrets.Passphrase(), CancellationToken.None), CancellationToken.None);
            }

            foreach (var (point, seed) in await Task.WhenAll(backups)) expected.Add(point.PointId, TestDisk.Content(seed, 120));
            await TestRepository.AssertHoldsAsync(repository, expected);
        }

        await using var reopened = await Secrets.OpenAsync(_start, Secrets.KeyFile(2));
        await TestRepository.AssertHoldsAsync(reopened, expected);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_that_was_cut_off_at_any_step_has_happened_or_not_and_a_kept_secret_opens_everything(string change)
    {
        var expected = await StartAsync();
        for (var step = 1; ; step++)
        {
            var volume = _start.AfterKill();
            var fault = new FaultVolume(volume);
            var repository = await TestRepository.OpenAsync(fault, Secrets.With(Secrets.KeyFile(1)));
            fault.DieAt = fault.Steps + step;
            var died = false;
            var holds = expected.ToDictionary();
            try
            {
                await ApplyAsync(repository, change);
                // Written under what the change made: it must not need what a crash can still take away.
                var other = TestDisk.Content(84, 30);
                holds.Add((await TestDisk.BackUpAsync(repository, other)).PointId, other);
            }
            catch (IOException)
            {
                died = true;
            }

            await CheckAsync(volume.AfterKill(), change, holds, died);
            for (var seed = 0; seed < 6; seed++) await CheckAsync(volume.AfterPowerCut(new Random(step * 10 + seed)), change, holds, died);
            if (died) continue;
            Assert.InRange(step, StepsMin, 1000);
            return;
        }
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_full_volume_refuses_a_change_as_a_whole_and_it_succeeds_when_there_is_room(string change)
    {
        var expected = await StartAsync();
        for (var write = 1; ; write++)
        {
            var volume = _start.AfterKill();
            var fault = new FaultVolume(volume);
            var repository = await TestRepository.OpenAsync(fault, Secrets.With(Secrets.KeyFile(1)));
            var (file, copy) = (volume.BytesOf("repository"), volume.BytesOf("repository.copy"));
            fault.FullFrom = fault.Steps + write;
            var refused = false;
            try
            {
                await ApplyAsync(repository, change);
            }
            catch (RepositoryException full) when (full.Code == "repository-full")
            {
                refused = true;
                Assert.Equal(file, volume.BytesOf("repository"));
                Assert.Equal(copy, volume.BytesOf("repository.copy"));
                await CheckAsync(volume.AfterKill(), change, expected, died: true);
            }

            fault.FullFrom = int.MaxValue;
            if (refused) await ApplyAsync(repository, change);
            await repository.DisposeAsync();
            await CheckAsync(volume, change, expected, died: false);
            if (refused) continue;
            Assert.InRange(write, 4, 1000);
            return;
        }
    }

    /// <summary>Secrets 1 and 2 are in it; 3 is not.</summary>
    private async Task<Dictionary<Guid, byte[]>> StartAsync()
    {
        await using var repository = await TestRepository.CreateAsync(_start, Secrets.With(Secrets.KeyFile(1)));
        await repository.AddSecretAsync(Secrets.KeyFile(2), CancellationToken.None);
        return new() { [(await TestDisk.BackUpAsync(repository, _disk)).PointId] = _disk };
    }

    private static Task ApplyAsync(Repository repository, string change) => change switch
    {
        "add" => repository.AddSecretAsync(Secrets.KeyFile(3), CancellationToken.None),
        "remove" => repository.RemoveSecretAsync(1, CancellationToken.None),
        "replace" => repository.ReplaceSecretsAsync([Secrets.KeyFile(2), Secrets.KeyFile(3)], CancellationToken.None),
        _ => repository.RotateKeyAsync(CancellationToken.None),
    };

    private static async Task CheckAsync(MemoryVolume survived, string change, Dictionary<Guid, byte[]> holds, bool died)
    {
        bool happened;
        await using (var repository = await Secrets.OpenAsync(survived, Secrets.KeyFile(2)))
        {
            happened = repository.Secrets().Count != 2 || change == "replace" && repository.Secrets()[0].Number > 2;
            var points = repository.Points().Select(point => point.PointId).ToHashSet();
            // A commit that had not returned may have happened: then it is whole.
            await TestRepository.AssertHoldsAsync(repository, died ? holds.Concat(points.Where(id => !holds.ContainsKey(id)).Select(id => KeyValuePair.Create(id, TestDisk.Content(84, 30)))).ToDictionary() : holds);
        }

        if (!died && change != "rotate") Assert.True(happened);
        Assert.Equal(survived.BytesOf("repository"), survived.BytesOf("repository.copy"));
        Assert.DoesNotContain(survived.Names(), name => name.EndsWith(".new", StringComparison.Ordinal));
        Assert.Equal(!(happened && change is ("remove" or "replace")), await Secrets.OpensAsync(survived, Secrets.KeyFile(1)));
        Assert.Equal(happened && change is ("add" or "replace"), await Secrets.OpensAsync(survived, Secrets.KeyFile(3)));
        await using var again = await Secrets.OpenAsync(survived, Secrets.KeyFile(2));
        Assert.DoesNotContain(again.Findings(), finding => finding.Code == "repository-damaged");
        Assert.Empty(again.DamagedManifests());
    }

    private static async Task<IEnumerable<int>> KeysAsync(MemoryVolume volume)
    {
        var keys = new SortedSet<int>();
        foreach (var pack in volume.Names("data"))
        {
            var bytes = volume.BytesOf(pack);
            foreach (var entry in await TamperTests.EntriesAsync(volume, pack))
                keys.Add(RecordEnvelope.NameIn(bytes.AsSpan((int)entry.Place.Offset + PackFormat.RecordHeaderSize + entry.Place.OpenedLength, RecordEnvelope.Size)).Key);
        }

        return keys;
    }
}
