using System.Buffers.Binary;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Encryption;

/// <summary>Somebody who can write the repository's files and computes every checksum, but has no secret.</summary>
public sealed class TamperTests
{
    [Fact]
    public async Task No_byte_of_the_repository_file_can_be_changed_unnoticed()
    {
        var volume = new MemoryVolume();
        await using (var repository = await TestRepository.CreateAsync(volume, Secrets.With(Secrets.KeyFile()))) await repository.AddSecretAsync(Secrets.Passphrase(), CancellationToken.None);
        var file = volume.BytesOf("repository");
        var wrong = 0;
        for (var at = 0; at < file.Length; at++)
        {
            foreach (var flip in new byte[] { 0x01, 0x80 })
            {
                var forged = Secrets.Forged(file, at, flip);
                if (forged.AsSpan().SequenceEqual(file)) continue;
                var fault = Assert.Throws<RepositoryException>(() => new RepositoryFilePair("memory", forged, forged).Open(Secrets.KeyFile()));
                Assert.Contains(fault.Code, new[] { "repository-damaged", "repository-too-new", "secret-wrong", "repository-not-encrypted" });
                if (fault.Code == "secret-wrong") wrong++;
                // With a whole one beside it, that one serves, whichever it is.
                if (at % 7 != 0 || fault.Code == "repository-too-new") continue;
                Assert.Equal(32, new RepositoryFilePair("memory", forged, file).Open(Secrets.KeyFile()).Identity.Key.Length);
            }
        }

        // Only where the secret itself is met (its salt and check) can a change look like a wrong secret.
        Assert.InRange(wrong, 1, 150);
    }

    [Fact]
    public async Task Without_right_checksums_every_changed_byte_is_damage_and_never_a_wrong_secret()
    {
        var volume = new MemoryVolume();
        await (await TestRepository.CreateAsync(volume, Secrets.With(Secrets.KeyFile()))).DisposeAsync();
        var file = volume.BytesOf("repository");
        for (var at = 0; at < file.Length; at++)
        {
            var damaged = file.ToArray();
            damaged[at] ^= 0x10;
            Assert.Equal("repository-damaged", Assert.Throws<RepositoryException>(() => new RepositoryFilePair("memory", damaged, damaged).Open(Secrets.KeyFile())).Code);
        }
    }

    [Fact]
    public async Task A_record_under_anothers_id_or_length_or_without_its_flag_is_refused_though_its_checksum_is_right()
    {
        var volume = new MemoryVolume();
        var disk = TestDisk.Content(61, 60);
        Manifest point;
        await using (var repository = await TestRepository.CreateAsync(volume, Secrets.With(Secrets.KeyFile()))) point = await TestDisk.BackUpAsync(repository, disk);
        var entries = await EntriesAsync(volume, volume.Names("data")[0]);
        var first = entries[0].Place;
        await RefusesAsync(volume, point, "another data key or salt", pack => pack[Payload(first) + first.OpenedLength] ^= 1, "forged or swapped");
        await RefusesAsync(volume, point, "another counter", pack => pack[Payload(first) + first.OpenedLength + RecordEnvelope.SaltSize] ^= 1, "forged or swapped");
        await RefusesAsync(volume, point, "an unknown key", pack => pack[Payload(first) + first.OpenedLength + RecordEnvelope.SaltSize + 7] ^= 1, "data key 257");
        await RefusesAsync(volume, point, "another tag", pack => pack[Payload(first) + first.PayloadLength - 1] ^= 1, "forged or swapped");
        await RefusesAsync(volume, point, "another byte", pack => pack[Payload(first)] ^= 1, "forged or swapped");
        await RefusesAsync(volume, point, "another codec", pack => pack[first.Offset + 48] ^= 2, "forged or swapped");
        await RefusesAsync(volume, point, "another plain length", pack => pack[first.Offset + 44 + 1] ^= 0x10, "forged or swapped");
        await RefusesAsync(volume, point, "no flag", pack => pack[first.Offset + 49] = 0, "not encrypted");
    }

    [Fact]
    public async Task Two_records_that_changed_places_are_both_refused()
    {
        var volume = new MemoryVolume();
        var disk = new byte[40 * Cluster.Size];
        new Random(62).NextBytes(disk);
        Manifest point;
        await using (var repository = await TestRepository.CreateAsync(volume, Secrets.With(Secrets.KeyFile()))) point = await TestDisk.BackUpAsync(repository, disk);
        var pack = volume.Names("data")[0];
        var pair = (await EntriesAsync(volume, pack)).GroupBy(entry => entry.Place.PayloadLength).First(group => group.Count() > 1).Take(2).ToArray();
        var bytes = volume.BytesOf(pack);
        var length = pair[0].Place.PayloadLength;
        var kept = bytes.AsSpan(Payload(pair[0].Place), length).ToArray();
        bytes.AsSpan(Payload(pair[1].Place), length).CopyTo(bytes.AsSpan(Payload(pair[0].Place)));
        kept.CopyTo(bytes.AsSpan(Payload(pair[1].Place)));
        foreach (var entry in pair) Summed(bytes, entry.Place);
        volume.SetBytes(pack, bytes);
        await using var reopened = await Secrets.OpenAsync(volume, Secrets.KeyFile());
        var payload = new byte[BlockSealer.BoundOf(reopened.Rules.GreatestBytes)];
        foreach (var entry in pair)
        {
            var refusal = await TestRepository.RefusalAsync("block-damaged", async () => await reopened.ReadSealedAsync(entry.Id, payload, CancellationToken.None));
            Assert.Contains("forged or swapped", refusal.Message, StringComparison.Ordinal);
        }

        var again = await TestDisk.BackUpAsync(reopened, disk);
        Assert.Equal(disk, await TestDisk.RestoreAsync(reopened, again.Disks[0]));
    }

    [Fact]
    public void What_another_repository_or_another_purpose_sealed_is_refused()
    {
        using var mine = Cipher(1);
        using var others = Cipher(2);
        var bound = new byte[] { 1, 2, 3 };
        var record = new byte[100 + RecordEnvelope.Size];
        mine.Seal(new byte[100], bound, record);
        Assert.NotNull(others.FaultOfOpening(record.ToArray(), bound));
        Assert.NotNull(mine.FaultOfOpening(record.ToArray(), new byte[] { 1, 2 }));
        Assert.NotNull(mine.FaultOfOpening(record.AsSpan(0, RecordEnvelope.Size - 1), bound));
        Assert.NotNull(mine.FaultOfOpening(record.AsSpan(1).ToArray(), bound));
        Assert.Null(mine.FaultOfOpening(record, bound));
        Assert.Equal(new byte[100], record[..100]);
    }

    [Fact]
    public async Task A_manifest_in_the_clear_or_of_a_plain_repository_is_set_aside()
    {
        var volume = new MemoryVolume();
        await using (var repository = await TestRepository.CreateAsync(volume, Secrets.With(Secrets.KeyFile()))) await TestDisk.BackUpAsync(repository, TestDisk.Content(63, 20));
        var name = Assert.Single(volume.Names("points"));
        volume.SetBytes(name, Secrets.Forged(volume.BytesOf(name), 12, RecordEnvelope.Flag));
        await using var reopened = await Secrets.OpenAsync(volume, Secrets.KeyFile());
        Assert.Equal("point-damaged", Assert.Single(reopened.DamagedManifests()).Code);
    }

    private static RecordCipher Cipher(byte key) => new([new(1, default, Enumerable.Repeat(key, 32).ToArray())], new Random(3).NextBytes);

    private static int Payload(in BlockPlace place) => (int)place.Offset + PackFormat.RecordHeaderSize;

    private static async Task RefusesAsync(MemoryVolume volume, Manifest point, string what, Action<byte[]> change, string why)
    {
        var copy = volume.AfterKill();
        var pack = copy.Names("data")[0];
        var first = (await EntriesAsync(copy, pack))[0].Place;
        var bytes = copy.BytesOf(pack);
        change(bytes);
        Summed(bytes, first);
        // Without table and index the record's own header is what is believed.
        copy.SetBytes(pack, bytes[..^PackTable.FooterSize]);
        foreach (var run in copy.Names("index")) await copy.DeleteAsync(run, CancellationToken.None);
        await using var repository = await Secrets.OpenAsync(copy, Secrets.KeyFile());
        var refusal = await TestRepository.RefusalAsync("block-damaged", () => TestDisk.RestoreAsync(repository, point.Disks[0]));
        Assert.True(refusal.Message.Contains(why, StringComparison.Ordinal), $"{what}: {refusal.Message}");
    }

    private static void Summed(byte[] pack, in BlockPlace place)
    {
        var record = pack.AsSpan((int)place.Offset, PackFormat.RecordSize(place.PayloadLength));
        BinaryPrimitives.WriteUInt32LittleEndian(record[^PackFormat.RecordTrailerSize..], Crc32C.Of(record[PackFormat.MarkerSize..^PackFormat.RecordTrailerSize]));
    }

    internal static async Task<List<PackEntry>> EntriesAsync(MemoryVolume volume, string pack)
    {
        Assert.True(PackNumber.TryParse(pack[(pack.IndexOf('/', StringComparison.Ordinal) + 1)..], out var number));
        await using var file = await volume.OpenAsync(pack, append: false, CancellationToken.None);
        return (await PackTable.TryReadAsync(file, number, CancellationToken.None)).Entries!;
    }
}
