using BackupFabric.Blocks;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;
using BackupFabric.BlockStore.Verification;

namespace BackupFabric.BlockStore.Tests.Damage;

/// <summary>
/// Goal: whatever byte of a repository is changed, verification says so, names it, names the points that it hurts and no others, and what a copy or the next backup offers heals it.
/// Method: two points, closed; a byte class is hurt; verified; the other point restores; healed both ways; verified again.
/// </summary>
public partial class VerificationTests : IAsyncLifetime
{
    private readonly MemoryVolume _volume = new();
    private readonly Dictionary<Guid, byte[]> _disks = [];
    private Manifest _first = null!;
    private Manifest _second = null!;

    public async ValueTask InitializeAsync()
    {
        await using var repository = await TestRepository.CreateAsync(_volume);
        _first = await BackUpAsync(repository, 21);
        _second = await BackUpAsync(repository, 22);
    }

    public ValueTask DisposeAsync() => _volume.DisposeAsync();

    [Fact]
    public async Task A_whole_repository_has_no_findings_every_byte_is_decoded_and_every_point_is_proven()
    {
        var before = _volume.Names().Where(name => !name.StartsWith("owner", StringComparison.Ordinal)).ToDictionary(name => name, _volume.BytesOf);
        await using (var repository = await TestRepository.OpenAsync(_volume))
        {
            Assert.Null(repository.ProofOf(_first.PointId));
            var report = await VerifyAsync(repository);
            Assert.Empty(report.Findings);
            Assert.Equal(0, report.FindingsTotal);
            Assert.True(report.CycleComplete);
            Assert.Equal(_volume.Names("data").Count + _volume.Names("maps").Count, report.Packs);
            Assert.Equal(repository.Usage().Blocks, report.Blocks);
            var different = _disks.Values.SelectMany(disk => TestDisk.Blocks(repository, disk)).Where(block => !block.Id.IsZero).DistinctBy(block => block.Id).Sum(block => (long)block.Plain.Length);
            Assert.InRange(report.BytesDecoded, different, different + _volume.Names("maps").Sum(name => _volume.BytesOf(name).Length));
            Assert.Equal(_disks.Keys.Order(), report.PointsProven.Order());
            Assert.Empty(repository.SetAside());
        }

        foreach (var (name, bytes) in before) Assert.Equal(bytes, _volume.BytesOf(name));
        await using var reopened = await TestRepository.OpenAsync(_volume);
        Assert.NotNull(reopened.ProofOf(_first.PointId));
        Assert.Null(reopened.ProofOf(Guid.NewGuid()));
    }

    public static TheoryData<string, int, string> Records => new()
    {
        { "data", PackFormat.RecordHeaderSize + 5, "block-damaged" },
        { "data", PackFormat.RecordHeaderSize, "block-damaged" },
        { "maps", PackFormat.RecordHeaderSize + 3, "map-node-damaged" },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public async Task A_damaged_record_is_set_aside_across_a_restart_names_the_point_it_hurts_and_is_healed_by_the_next_offer(string folder, int at, string code)
    {
        var pack = _volume.Names(folder)[0];
        Flip(pack, PackFormat.HeaderSize + at);
        SetAsideRecord record;
        await using (var repository = await TestRepository.OpenAsync(_volume))
        {
            var report = await VerifyAsync(repository);
            var finding = Assert.Single(report.Findings);
            Assert.Equal(code, finding.Code);
            Assert.Contains($"'{pack}' at offset {PackFormat.HeaderSize} ", finding.Message, StringComparison.Ordinal);
            var hurt = Assert.Single(report.PointsHurt);
            Assert.Equal((_first.PointId, "vm", "disk-0"), (hurt.PointId, hurt.VmName, hurt.DiskKey));
            Assert.InRange(hurt.Bytes, Cluster.Size, _first.Disks[0].Root.Length);
            Assert.Equal(1, hurt.Ranges);
            Assert.Equal([_second.PointId], report.PointsProven);
            record = Assert.Single(repository.SetAside());
            Assert.Equal((pack, (long)PackFormat.HeaderSize, folder == "maps"), (record.Pack, record.Offset, record.IsMapNode));
        }

        await using (var repository = await TestRepository.OpenAsync(_volume))
        {
            // Known before anything was read.
            Assert.Equal(record, Assert.Single(repository.SetAside()));
            if (folder == "data") Assert.False(repository.Contains(record.Id));
            Assert.Equal(code, Assert.Single((await VerifyAsync(repository)).Findings).Code);
            Assert.Equal(_disks[_second.PointId], await TestDisk.RestoreAsync(repository, _second.Disks[0]));
            var again = await TestDisk.BackUpAsync(repository, _disks[_first.PointId]);
            _disks.Add(again.PointId, _disks[_first.PointId]);
            Assert.Empty(repository.SetAside());
            var report = await VerifyAsync(repository);
            Assert.Empty(report.Findings);
            Assert.Empty(report.PointsHurt);
        }

        await using var healed = await TestRepository.OpenAsync(_volume);
        Assert.Empty(healed.SetAside());
        await TestRepository.AssertHoldsAsync(healed, _disks);
        Assert.Equal(3, (await VerifyAsync(healed)).PointsProven.Count);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("maps")]
    public async Task Whichever_byte_of_a_pack_is_flipped_is_found_contained_and_healed_from_a_copy(string folder)
    {
        await using var copy = await TestRepository.OpenForReadingAsync(_volume.AfterKill());
        var pack = _volume.Names(folder)[0];
        var length = _volume.BytesOf(pack).Length;
        // Every byte of header, first record header and footer; samples of the rest, which the ends of the table are part of.
        var places = Enumerable.Range(0, PackFormat.HeaderSize + PackFormat.RecordHeaderSize).Concat(Enumerable.Range(0, 40).Select(i => PackFormat.HeaderSize + i * (length - 200) / 40)).Concat(Enumerable.Range(length - 130, 130)).Distinct();
        foreach (var at in places)
        {
            var hurt = _volume.AfterKill();
            Flip(pack, at, hurt);
            await using var repository = await TestRepository.OpenAsync(hurt);
            var report = await VerifyAsync(repository);
            // A pack without a footer is what a crash leaves: it was scanned, and has a new table.
            var wasScanned = hurt.BytesOf(pack).Length > length;
            Assert.True(report.FindingsTotal > 0 || repository.Findings().Count > 0 || wasScanned, $"Byte {at} of {pack} was flipped, and nobody saw it.");
            Assert.All(report.Findings, finding => Assert.Contains(pack, finding.Message, StringComparison.Ordinal));
            Assert.DoesNotContain(report.PointsHurt, hurtPoint => report.PointsProven.Contains(hurtPoint.PointId));
            foreach (var whole in report.PointsProven) Assert.Equal(_disks[whole], await TestDisk.RestoreAsync(repository, repository.FindPoint(whole)!.Disks[0]));

            report = await repository.VerifyAsync(new(HealFrom: copy), null, CancellationToken.None);
            Assert.Empty(report.PointsHurt);
            await TestRepository.AssertHoldsAsync(repository, _disks);
        }
    }

    [Fact]
    public async Task Zeroed_cut_off_and_swapped_packs_are_found_contained_and_healed_from_a_copy()
    {
        await using var copy = await TestRepository.OpenForReadingAsync(_volume.AfterKill());
        var others = new MemoryVolume();
        await using (var repository = await TestRepository.CreateAsync(others)) await BackUpAsync(repository, 23, remember: false);
        foreach (var folder in new[] { "data", "maps" })
        {
            var pack = _volume.Names(folder)[0];
            var bytes = _volume.BytesOf(pack);
            var zeroed = bytes.ToArray();
            zeroed.AsSpan(bytes.Length / 4, bytes.Length / 8).Clear();
            byte[][] damages = [zeroed, bytes[..(bytes.Length / 2)], bytes[..^1], [.. bytes, 0], new byte[bytes.Length], _volume.BytesOf(_volume.Names(folder == "data" ? "maps" : "data")[^1]), _volume.BytesOf(_volume.Names("data")[^1]), others.BytesOf(others.Names(folder)[0]), SwapRecords(bytes)];
            foreach (var damaged in damages)
            {
                var hurt = _volume.AfterKill();
                hurt.SetBytes(pack, damaged);
                await using var repository = await TestRepository.OpenAsync(hurt);
                var report = await VerifyAsync(repository);
                Assert.True(report.FindingsTotal > 0 || repository.Findings().Count > 0 || hurt.BytesOf(pack).Length > damaged.Length);
                foreach (var whole in report.PointsProven) Assert.Equal(_disks[whole], await TestDisk.RestoreAsync(repository, repository.FindPoint(whole)!.Disks[0]));
                Assert.Empty((await repository.VerifyAsync(new(HealFrom: copy), null, CancellationToken.None)).PointsHurt);
                await TestRepository.AssertHoldsAsync(repository, _disks);
                await repository.DisposeAsync();
                await using var reopened = await TestRepository.OpenAsync(hurt);
                await TestRepository.AssertHoldsAsync(reopened, _disks);
            }
        }
    }

    [Fact]
    public async Task A_missing_pack_is_found_by_what_points_reach_and_healed_from_a_copy()
    {
        await using var copy = await TestRepository.OpenForReadingAsync(_volume.AfterKill());
        foreach (var folder in new[] { "data", "maps" })
        {
            foreach (var whileOpen in new[] { false, true })
            {
                var hurt = _volume.AfterKill();
                var pack = hurt.Names(folder)[0];
                if (!whileOpen) await hurt.DeleteAsync(pack, CancellationToken.None);
                await using var repository = await TestRepository.OpenAsync(hurt);
                if (whileOpen) await hurt.DeleteAsync(pack, CancellationToken.None);
                var report = await VerifyAsync(repository);
                Assert.Contains(report.Findings, finding => finding.Code == (whileOpen ? "pack-damaged" : folder == "data" ? "block-missing" : "map-node-missing"));
                Assert.NotEmpty(report.PointsHurt);
                report = await repository.VerifyAsync(new(HealFrom: copy), null, CancellationToken.None);
                Assert.True(report.Healed > 0);
                Assert.Empty(report.PointsHurt);
                await TestRepository.AssertHoldsAsync(repository, _disks);
            }
        }
    }

    [Fact]
    public async Task Any_byte_of_an_index_run_is_found_while_the_repository_is_open_and_made_anew()
    {
        foreach (var run in _volume.Names("index").Where(name => name.EndsWith(".run", StringComparison.Ordinal)).GroupBy(name => name[..12]).Select(kind => kind.First()))
        {
            var length = _volume.BytesOf(run).Length;
            for (var at = 0; at < length; at += Math.Max(1, length / 25))
            {
                var copy = _volume.AfterKill();
                await using var repository = await TestRepository.OpenAsync(copy);
                copy.Overwrite(run, at, (byte)(copy.BytesOf(run)[at] ^ 0x20));
                var report = await VerifyAsync(repository);
                var finding = Assert.Single(report.Findings);
                Assert.Equal("index-damaged", finding.Code);
                Assert.Contains(run, finding.Message, StringComparison.Ordinal);
                Assert.Equal(2, report.PointsProven.Count);
                Assert.Empty((await VerifyAsync(repository)).Findings);
                await TestRepository.AssertHoldsAsync(repository, _disks);
            }
        }
    }

    [Fact]
    public async Task Any_byte_of_a_manifest_is_found_while_the_repository_is_open_and_healed_from_a_copy()
    {
        await using var copy = await TestRepository.OpenForReadingAsync(_volume.AfterKill());
        var name = ManifestFile.NameOf(_first.PointId);
        var whole = _volume.BytesOf(name);
        var swapped = _volume.BytesOf(ManifestFile.NameOf(_second.PointId));
        var forged = ManifestFile.Encode(_first with { VmName = "forged" }, copy.Id, new IdKey(new byte[32]), cipher: null);
        var damages = Enumerable.Range(0, whole.Length / 11).Select(i => Flipped(whole, i * 11)).Concat([[], whole[..20], whole[..^1], new byte[whole.Length], swapped, forged]);
        foreach (var damaged in damages)
        {
            foreach (var whileOpen in new[] { false, true })
            {
                var hurt = _volume.AfterKill();
                if (!whileOpen) hurt.SetBytes(name, damaged);
                await using var repository = await TestRepository.OpenAsync(hurt);
                if (whileOpen) hurt.SetBytes(name, damaged);
                var report = await VerifyAsync(repository);
                Assert.Contains(name, Assert.Single(report.Findings).Message, StringComparison.Ordinal);
                Assert.Equal([_second.PointId], report.PointsProven);
                Assert.Equal(1, (await repository.VerifyAsync(new(HealFrom: copy), null, CancellationToken.None)).Healed);
                // Encrypted anew it has another nonce; whether it says the same is asked below.
                if (!repository.IsEncrypted) Assert.Equal(whole, hurt.BytesOf(name));
                Assert.Empty(repository.DamagedManifests());
                await TestRepository.AssertHoldsAsync(repository, _disks);
            }
        }
    }

    [Fact]
    public async Task A_manifest_that_vanished_is_found()
    {
        await using var repository = await TestRepository.OpenAsync(_volume);
        await _volume.DeleteAsync(ManifestFile.NameOf(_first.PointId), CancellationToken.None);
        var report = await VerifyAsync(repository);
        Assert.Equal("point-damaged", Assert.Single(report.Findings).Code);
        Assert.Equal([_second.PointId], report.PointsProven);
    }

    [Fact]
    public async Task Damage_to_the_files_in_the_root_is_found_while_the_repository_is_open()
    {
        var foreign = new MemoryVolume();
        await (await TestRepository.CreateAsync(foreign)).DisposeAsync();
        await using var repository = await TestRepository.OpenAsync(_volume);
        foreach (var name in new[] { "repository", "repository.copy" })
        {
            var whole = _volume.BytesOf(name);
            var damages = Enumerable.Range(0, whole.Length / 9).Select(i => Flipped(whole, i * 9)).Concat([[], whole[..^1], new byte[whole.Length], foreign.BytesOf(name)]);
            foreach (var damaged in damages)
            {
                _volume.SetBytes(name, damaged);
                Assert.Contains($"'{name}'", Assert.Single((await VerifyAsync(repository)).Findings).Message, StringComparison.Ordinal);
                // Healed from the other one.
                Assert.Equal(whole, _volume.BytesOf(name));
            }
        }

        var owner = _volume.BytesOf(Ownership.OwnerName);
        foreach (var damaged in Enumerable.Range(0, owner.Length).Where(at => at % 5 == 0).Select(at => Flipped(owner, at, 0x01)).Concat([[], owner[..^1]]))
        {
            _volume.SetBytes(Ownership.OwnerName, damaged);
            RepositoryException finding;
            try
            {
                finding = Assert.Single((await VerifyAsync(repository)).Findings);
            }
            catch (RepositoryException lost)
            {
                // A digit of the fencing number: as if another owner had come.
                finding = lost;
            }

            Assert.Contains(finding.Code, new[] { "owner-damaged", "repository-lost" });
        }

        _volume.SetBytes(Ownership.OwnerName, owner);
    }

    [Theory]
    [InlineData("repository")]
    [InlineData("repository.copy")]
    public async Task A_repository_file_of_another_repository_is_told_apart_by_the_packs(string name)
    {
        var foreign = new MemoryVolume();
        await (await TestRepository.CreateAsync(foreign)).DisposeAsync();
        var whole = _volume.BytesOf(name);
        _volume.SetBytes(name, foreign.BytesOf(name));
        await using var repository = await TestRepository.OpenAsync(_volume);
        Assert.Contains($"'{name}'", Assert.Single(repository.Findings()).Message, StringComparison.Ordinal);
        Assert.Equal(whole, _volume.BytesOf(name));
        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Theory]
    [InlineData("checks/set-aside")]
    [InlineData("checks/proofs")]
    [InlineData("checks/cycle")]
    public async Task Whatever_happens_to_a_file_of_verification_is_a_finding_hurts_nothing_and_is_never_believed(string name)
    {
        Flip(_volume.Names("data")[0], PackFormat.HeaderSize + PackFormat.RecordHeaderSize + 5);
        await using (var repository = await TestRepository.OpenAsync(_volume))
        {
            await VerifyAsync(repository);
            Assert.False((await repository.VerifyAsync(new(Share: 0.5), null, CancellationToken.None)).CycleComplete);
        }

        var whole = _volume.BytesOf(name);
        var id = await IdAsync();
        var forged = SignedFile.Encode(whole.AsSpan(0, 8), id, whole.AsSpan(SignedFile.HeaderSize..^SignedFile.MacSize), new IdKey(new byte[32]), encrypted: false);
        var damages = Enumerable.Range(0, whole.Length / 3).Select(i => Flipped(whole, i * 3)).Concat([[], whole[..^1], new byte[whole.Length], forged, _volume.BytesOf(ManifestFile.NameOf(_first.PointId))]);
        foreach (var damaged in damages)
        {
            var hurt = _volume.AfterKill();
            hurt.SetBytes(name, damaged);
            await using var repository = await TestRepository.OpenAsync(hurt);
            Assert.Contains(name, Assert.Single(repository.Findings()).Message, StringComparison.Ordinal);
            if (name.EndsWith("proofs", StringComparison.Ordinal)) Assert.Null(repository.ProofOf(_second.PointId));
            // The cycle that relied on a lost list begins anew: the damage in its first half is not forgotten.
            VerificationReport report;
            do report = await repository.VerifyAsync(new(Share: 0.5), null, CancellationToken.None);
            while (!report.CycleComplete);
            Assert.Equal([_second.PointId], report.PointsProven);
            Assert.Single(repository.SetAside());
            Assert.DoesNotContain((await VerifyAsync(repository)).Findings, finding => finding.Message.Contains(name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_volume_that_failed_to_read_once_does_not_set_aside_and_one_that_reads_again_takes_back()
    {
        var fault = new FaultVolume(_volume);
        await using var repository = await TestRepository.OpenAsync(fault);
        var bad = _volume.Names("data")[0];
        fault.ReadFault = name => name == bad ? new IOException("Input/output error.") : null;
        var report = await VerifyAsync(repository);
        Assert.NotEmpty(report.PointsHurt);
        Assert.NotEmpty(repository.SetAside());
        Assert.Contains(report.Findings, finding => finding.Code == "block-damaged" && finding.Message.Contains("Input/output", StringComparison.Ordinal));
        fault.ReadFault = _ => null;
        report = await VerifyAsync(repository);
        Assert.Empty(report.Findings);
        Assert.Empty(repository.SetAside());
        Assert.Equal(2, report.PointsProven.Count);
        var reads = 0;
        fault.ReadFault = name => name == bad && Interlocked.Increment(ref reads) == 4 ? new IOException("Once.") : null;
        Assert.Empty((await VerifyAsync(repository)).Findings);
        Assert.True(reads > 4);
    }

    [Fact]
    public async Task A_damaged_manifest_in_the_trash_is_found_by_its_name()
    {
        var whole = _volume.BytesOf(ManifestFile.NameOf(_first.PointId));
        var name = $"trash/{_first.PointId:N}.point";
        _volume.SetBytes(name, whole);
        await using var repository = await TestRepository.OpenAsync(_volume);
        Assert.Empty((await VerifyAsync(repository)).Findings);
        for (var at = 0; at < whole.Length; at += 37)
        {
            _volume.SetBytes(name, Flipped(whole, at));
            Assert.Contains(name, Assert.Single((await VerifyAsync(repository)).Findings).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_copy_of_another_repository_heals_nothing()
    {
        var others = new MemoryVolume();
        await using var other = await TestRepository.CreateAsync(others);
        await using var repository = await TestRepository.OpenAsync(_volume);
        await TestRepository.RefusalAsync("heal-source-foreign", () => repository.VerifyAsync(new(HealFrom: other), null, CancellationToken.None));
        await TestRepository.RefusalAsync("heal-source-foreign", () => repository.VerifyAsync(new(HealFrom: repository), null, CancellationToken.None));
    }

    private static byte[] SwapRecords(byte[] pack)
    {
        // The first record's bytes, payload and checksum included, over those of the next: whole, but not what the table says.
        var swapped = pack.ToArray();
        var size = PackFormat.RecordSize(BitConverter.ToInt32(pack, PackFormat.HeaderSize + 40));
        pack.AsSpan(PackFormat.HeaderSize, size).CopyTo(swapped.AsSpan(PackFormat.HeaderSize + size));
        return swapped;
    }

    private static byte[] Flipped(byte[] bytes, int at, byte bits = 0x20)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= bits;
        return flipped;
    }

    private static Task<VerificationReport> VerifyAsync(Repository repository) => repository.VerifyAsync(new(), null, CancellationToken.None);

    private async Task<Guid> IdAsync()
    {
        await using var repository = await TestRepository.OpenForReadingAsync(_volume);
        return repository.Id;
    }

    private async Task<Manifest> BackUpAsync(Repository repository, int seed, bool remember = true)
    {
        var disk = TestDisk.Content(seed, 150);
        var point = await TestDisk.BackUpAsync(repository, disk, takenAt: DateTimeOffset.UnixEpoch.AddDays(seed));
        if (remember) lock (_disks) _disks.Add(point.PointId, disk);
        return point;
    }

    private void Flip(string name, int at, MemoryVolume? on = null) => (on ?? _volume).SetBytes(name, Flipped((on ?? _volume).BytesOf(name), at));

    private sealed class Stopping(CancellationTokenSource source) : IProgress<VerificationProgress>
    {
        public void Report(VerificationProgress value) => source.Cancel();
    }

    private sealed class Recording : IProgress<VerificationProgress>
    {
        public List<VerificationProgress> Seen { get; } = [];

        public void Report(VerificationProgress value) => Seen.Add(value);
    }
}
