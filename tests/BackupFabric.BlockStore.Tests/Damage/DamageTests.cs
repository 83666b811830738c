using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Damage;

/// <summary>One class of bytes after the other is damaged in a closed repository of two points; what is hurt is named, and nothing else is hurt.</summary>
public class DamageTests : IAsyncLifetime
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
    public async Task A_damaged_record_is_named_with_pack_and_offset_counts_as_lacking_and_is_healed_by_the_next_offer()
    {
        var pack = _volume.Names("data")[0];
        Flip(pack, PackFormat.HeaderSize + PackFormat.RecordHeaderSize + 5);
        await using (var repository = await TestRepository.OpenAsync(_volume))
        {
            var fault = await TestRepository.RefusalAsync("block-damaged", () => TestDisk.RestoreAsync(repository, _first.Disks[0]));
            Assert.Contains(pack, fault.Message, StringComparison.Ordinal);
            Assert.Contains($"offset {PackFormat.HeaderSize} ", fault.Message, StringComparison.Ordinal);
            await TestRepository.RefusalAsync("block-damaged", () => TestDisk.RestoreAsync(repository, _first.Disks[0]));
            Assert.Equal(_disks[_second.PointId], await TestDisk.RestoreAsync(repository, _second.Disks[0]));

            var again = await TestDisk.BackUpAsync(repository, _disks[_first.PointId]);
            Assert.InRange(again.NewBytes, 1, repository.Rules.GreatestBytes);
            _disks.Add(again.PointId, _disks[_first.PointId]);
            await TestRepository.AssertHoldsAsync(repository, _disks);
        }

        await using var reopened = await TestRepository.OpenAsync(_volume);
        await TestRepository.AssertHoldsAsync(reopened, _disks);
    }

    [Fact]
    public async Task A_volume_that_failed_to_read_once_does_not_make_a_block_lost()
    {
        var fault = new FaultVolume(_volume);
        await using var repository = await TestRepository.OpenAsync(fault);
        fault.ReadFault = name => name.StartsWith("data/", StringComparison.Ordinal) ? new IOException("Input/output error.") : null;
        await TestRepository.RefusalAsync("block-damaged", () => TestDisk.RestoreAsync(repository, _first.Disks[0]));
        fault.ReadFault = _ => null;
        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Fact]
    public async Task A_pack_and_a_manifest_that_the_volume_cannot_read_are_named_and_the_repository_opens()
    {
        var (pack, point) = (_volume.Names("data")[^1], ManifestFile.NameOf(_first.PointId));
        foreach (var run in _volume.Names("index")) await _volume.DeleteAsync(run, CancellationToken.None);
        var fault = new FaultVolume(_volume) { ReadFault = name => name == pack || name == point ? new IOException("Input/output error.") : null };
        await using var repository = await TestRepository.OpenAsync(fault);
        Assert.Contains(pack, Assert.Single(repository.Findings()).Message, StringComparison.Ordinal);
        Assert.Contains(point, Assert.Single(repository.DamagedManifests()).Message, StringComparison.Ordinal);
        var again = await TestDisk.BackUpAsync(repository, _disks[_second.PointId]);
        Assert.Equal(_disks[_second.PointId], await TestDisk.RestoreAsync(repository, again.Disks[0]));
    }

    [Fact]
    public async Task A_damaged_record_in_a_pack_without_a_table_does_not_hide_the_records_after_it()
    {
        var pack = _volume.Names("data")[0];
        var bytes = _volume.BytesOf(pack);
        _volume.SetBytes(pack, bytes[..^PackTable.FooterSize]);
        Flip(pack, PackFormat.HeaderSize + 20);
        foreach (var run in _volume.Names("index")) await _volume.DeleteAsync(run, CancellationToken.None);
        await using var repository = await TestRepository.OpenAsync(_volume);
        var again = await TestDisk.BackUpAsync(repository, _disks[_first.PointId]);
        Assert.InRange(again.NewBytes, 1, repository.Rules.GreatestBytes);
        _disks.Add(again.PointId, _disks[_first.PointId]);
        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Fact]
    public async Task A_missing_pack_is_named_and_what_it_held_is_asked_for_again()
    {
        var pack = _volume.Names("data")[0];
        await _volume.DeleteAsync(pack, CancellationToken.None);
        await using var repository = await TestRepository.OpenAsync(_volume);
        await TestRepository.RefusalAsync("block-missing", () => TestDisk.RestoreAsync(repository, _first.Disks[0]));
        foreach (var point in new[] { _first, _second })
        {
            var again = await TestDisk.BackUpAsync(repository, _disks[point.PointId]);
            _disks.Add(again.PointId, _disks[point.PointId]);
        }

        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Fact]
    public async Task A_damaged_pack_header_is_reported_and_the_records_are_used()
    {
        Flip(_volume.Names("data")[0], 40);
        foreach (var run in _volume.Names("index")) await _volume.DeleteAsync(run, CancellationToken.None);
        await using var repository = await TestRepository.OpenAsync(_volume);
        Assert.Equal("pack-damaged", Assert.Single(repository.Findings()).Code);
        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("maps")]
    public async Task Damage_anywhere_in_a_table_or_footer_costs_a_scan_and_nothing_else(string folder)
    {
        var pack = _volume.Names(folder)[0];
        var length = _volume.BytesOf(pack).Length;
        for (var back = 1; back < 300; back += 13)
        {
            var copy = _volume.AfterKill();
            foreach (var run in copy.Names("index")) await copy.DeleteAsync(run, CancellationToken.None);
            Flip(pack, length - back, copy);
            await using (var repository = await TestRepository.OpenAsync(copy)) await TestRepository.AssertHoldsAsync(repository, _disks);
            await using var healed = await TestRepository.OpenAsync(copy);
            Assert.Empty(healed.Findings());
        }
    }

    [Fact]
    public async Task Damage_anywhere_in_an_index_run_is_found_and_repaired_from_the_packs()
    {
        var run = _volume.Names("index").First(name => name.Contains("blocks-", StringComparison.Ordinal));
        var length = _volume.BytesOf(run).Length;
        for (var at = 0; at < length; at += Math.Max(1, length / 40))
        {
            var copy = _volume.AfterKill();
            Flip(run, at, copy);
            await using var repository = await TestRepository.OpenAsync(copy);
            await TestRepository.AssertHoldsAsync(repository, _disks);
        }
    }

    [Fact]
    public async Task Losing_the_index_loses_nothing()
    {
        foreach (var run in _volume.Names("index")) await _volume.DeleteAsync(run, CancellationToken.None);
        await using var repository = await TestRepository.OpenAsync(_volume);
        await TestRepository.AssertHoldsAsync(repository, _disks);
        Assert.NotEmpty(_volume.Names("index"));
    }

    [Fact]
    public async Task A_damaged_map_node_is_named_and_put_again_by_the_next_backup()
    {
        Flip(_volume.Names("maps")[0], PackFormat.HeaderSize + PackFormat.RecordHeaderSize + 3);
        await using var repository = await TestRepository.OpenAsync(_volume);
        var fault = await TestRepository.RefusalAsync("map-node-damaged", () => TestDisk.RestoreAsync(repository, _first.Disks[0]));
        Assert.Contains(_volume.Names("maps")[0], fault.Message, StringComparison.Ordinal);
        Assert.Equal(_disks[_second.PointId], await TestDisk.RestoreAsync(repository, _second.Disks[0]));
        var again = await TestDisk.BackUpAsync(repository, _disks[_first.PointId]);
        _disks.Add(again.PointId, _disks[_first.PointId]);
        await TestRepository.AssertHoldsAsync(repository, _disks);
    }

    [Fact]
    public async Task A_manifest_with_any_byte_changed_is_set_aside_by_name_and_the_others_stay()
    {
        var name = ManifestFile.NameOf(_first.PointId);
        var length = _volume.BytesOf(name).Length;
        for (var at = 0; at < length; at += 7)
        {
            var copy = _volume.AfterKill();
            Flip(name, at, copy);
            await using var repository = await TestRepository.OpenAsync(copy);
            Assert.Contains(name, Assert.Single(repository.DamagedManifests()).Message, StringComparison.Ordinal);
            Assert.Equal(_second.PointId, Assert.Single(repository.Points()).PointId);
        }
    }

    [Fact]
    public async Task A_manifest_that_was_cut_off_or_emptied_is_set_aside()
    {
        var name = ManifestFile.NameOf(_first.PointId);
        var bytes = _volume.BytesOf(name);
        foreach (var length in new[] { 0, 1, 63, 64, 96, bytes.Length - 1 })
        {
            var copy = _volume.AfterKill();
            copy.SetBytes(name, bytes[..length]);
            await using var repository = await TestRepository.OpenAsync(copy);
            Assert.Equal("point-damaged", Assert.Single(repository.DamagedManifests()).Code);
        }
    }

    [Fact]
    public async Task Swapped_manifests_are_both_set_aside()
    {
        var (one, other) = (ManifestFile.NameOf(_first.PointId), ManifestFile.NameOf(_second.PointId));
        var (bytes, others) = (_volume.BytesOf(one), _volume.BytesOf(other));
        _volume.SetBytes(one, others);
        _volume.SetBytes(other, bytes);
        await using var repository = await TestRepository.OpenAsync(_volume);
        Assert.Equal(2, repository.DamagedManifests().Count);
        Assert.Empty(repository.Points());
    }

    [Fact]
    public async Task A_manifest_that_somebody_without_the_key_wrote_is_refused()
    {
        Guid id;
        await using (var repository = await TestRepository.OpenAsync(_volume)) id = repository.Id;
        var name = ManifestFile.NameOf(_first.PointId);
        _volume.SetBytes(name, ManifestFile.Encode(_first with { VmName = "forged" }, id, new IdKey(new byte[32]), null));
        await using var reopened = await TestRepository.OpenAsync(_volume);
        Assert.Contains("key", Assert.Single(reopened.DamagedManifests()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_or_lost_repository_file_is_made_anew_from_its_copy_and_the_other_way_round()
    {
        var bytes = _volume.BytesOf("repository");
        foreach (var name in new[] { "repository", "repository.copy" })
        {
            for (var at = 0; at <= bytes.Length; at += 31)
            {
                Flip(name, Math.Min(at, bytes.Length - 1));
                await using (var repository = await TestRepository.OpenAsync(_volume)) Assert.Contains(name, Assert.Single(repository.Findings()).Message, StringComparison.Ordinal);
                Assert.Equal(bytes, _volume.BytesOf(name));
            }

            await _volume.DeleteAsync(name, CancellationToken.None);
            await using (var repository = await TestRepository.OpenAsync(_volume)) await TestRepository.AssertHoldsAsync(repository, _disks);
            Assert.Equal(bytes, _volume.BytesOf(name));
        }
    }

    [Fact]
    public async Task With_both_repository_files_damaged_it_says_which_file_and_changes_nothing()
    {
        Flip("repository", 80);
        Flip("repository.copy", 80);
        var before = _volume.Names().ToDictionary(name => name, _volume.BytesOf);
        var fault = await TestRepository.RefusalAsync("repository-damaged", () => TestRepository.OpenAsync(_volume));
        Assert.Contains("'repository'", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, _volume.Names().ToDictionary(name => name, _volume.BytesOf));
    }

    private async Task<Manifest> BackUpAsync(Repository repository, int seed)
    {
        var disk = TestDisk.Content(seed, 150);
        var point = await TestDisk.BackUpAsync(repository, disk, takenAt: DateTimeOffset.UnixEpoch.AddDays(seed));
        _disks.Add(point.PointId, disk);
        return point;
    }

    private void Flip(string name, int at, MemoryVolume? on = null)
    {
        var bytes = (on ?? _volume).BytesOf(name);
        bytes[at] ^= 0x20;
        (on ?? _volume).SetBytes(name, bytes);
    }
}
