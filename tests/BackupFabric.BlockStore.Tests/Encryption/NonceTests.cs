using System.Buffers.Binary;
using BackupFabric.BlockStore.Encryption;
using BackupFabric.BlockStore.Identity;
using BackupFabric.BlockStore.Packs;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Encryption;

/// <summary>AES-GCM breaks when one nonce is used twice under one key for two texts. So: no key, salt and sequence comes twice with different bytes, whatever happens.</summary>
public sealed class NonceTests
{
    [Fact]
    public async Task No_nonce_comes_twice_over_reopenings_crashes_rotations_and_two_copies_of_one_repository()
    {
        var volume = new MemoryVolume();
        var secret = Secrets.KeyFile();
        await using (var repository = await TestRepository.CreateAsync(volume, Secrets.With(secret))) await TestDisk.BackUpAsync(repository, TestDisk.Content(71, 60));
        var copy = volume.AfterKill();
        for (var round = 0; round < 4; round++)
        {
            foreach (var one in new[] { volume, copy })
            {
                await using var repository = await Secrets.OpenAsync(one, secret);
                if (round == 2) await repository.RotateKeyAsync(CancellationToken.None);
                // The same fence, the same pack numbers, other content.
                await TestDisk.BackUpAsync(repository, TestDisk.Content(round * 2 + (one == copy ? 1 : 0), 40));
            }
        }

        var killed = await Secrets.OpenAsync(copy, secret);
        var session = killed.BeginSession();
        await TestDisk.StoreAsync(killed, session, TestDisk.Content(79, 40));
        await session.FlushAsync(durable: false, CancellationToken.None);
        copy = copy.AfterKill();
        await (await Secrets.OpenAsync(copy, secret)).DisposeAsync();

        var seen = new Dictionary<string, byte[]>();
        var salts = new HashSet<UInt128>();
        foreach (var one in new[] { volume, copy }) await CollectAsync(one, seen, salts);
        Assert.InRange(seen.Count, 100, 10_000);
        // Each of the ten openings has a salt of its own; those that rotated before they wrote used only their second.
        Assert.Equal(10, salts.Count);
    }

    [Fact]
    public async Task Many_writers_at_once_take_each_sequence_once_and_a_salt_is_not_used_beyond_its_bound()
    {
        using var cipher = new RecordCipher([new(1, default, new byte[32])], new Random(72).NextBytes, recordsPerSaltMax: 100);
        var names = new System.Collections.Concurrent.ConcurrentBag<(UInt128 Salt, ulong Sequence)>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var record = new byte[64 + RecordEnvelope.Size];
            var plain = new byte[64];
            for (var i = 0; i < 500; i++)
            {
                plain.AsSpan().Fill((byte)(worker * 31 + i));
                cipher.Seal(plain, [], record);
                names.Add((BinaryPrimitives.ReadUInt128LittleEndian(record.AsSpan(64)), BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(80))));
                Assert.Null(cipher.FaultOfOpening(record, []));
                Assert.True(record.AsSpan(0, 64).SequenceEqual(plain));
            }
        })));
        Assert.Equal(4000, names.Distinct().Count());
        Assert.All(names.GroupBy(name => name.Salt), salt => Assert.InRange(salt.Count(), 1, 100));
    }

    [Fact]
    public void Records_of_more_openings_than_ciphers_are_held_are_all_read()
    {
        DataKey[] keys = [new(1, default, new byte[32])];
        var random = new Random(73);
        var records = Enumerable.Range(0, 700).Select(_ =>
        {
            using var opening = new RecordCipher(keys, random.NextBytes);
            var record = new byte[10 + RecordEnvelope.Size];
            opening.Seal("0123456789"u8, [], record);
            return record;
        }).ToArray();
        using var reader = new RecordCipher(keys, random.NextBytes);
        for (var round = 0; round < 2; round++) Assert.All(records, record => Assert.Null(reader.FaultOfOpening(record.ToArray(), [])));
    }

    private static async Task CollectAsync(MemoryVolume volume, Dictionary<string, byte[]> seen, HashSet<UInt128> salts)
    {
        foreach (var pack in volume.Names("data").Concat(volume.Names("maps")))
        {
            var bytes = volume.BytesOf(pack);
            foreach (var entry in await TamperTests.EntriesAsync(volume, pack))
            {
                Assert.True(entry.Place.IsEncrypted);
                Add(bytes.AsSpan((int)entry.Place.Offset + PackFormat.RecordHeaderSize, entry.Place.PayloadLength), seen, salts);
            }
        }

        foreach (var point in volume.Names("points")) Add(volume.BytesOf(point).AsSpan()[SignedFile.HeaderSize..^SignedFile.MacSize], seen, salts);
    }

    private static void Add(ReadOnlySpan<byte> payload, Dictionary<string, byte[]> seen, HashSet<UInt128> salts)
    {
        var envelope = payload[^RecordEnvelope.Size..];
        var name = Convert.ToHexString(envelope[..24]);
        // The same record in both copies is one record.
        if (!seen.TryAdd(name, payload.ToArray())) Assert.True(payload.SequenceEqual(seen[name]), name);
        salts.Add(BinaryPrimitives.ReadUInt128LittleEndian(envelope));
    }
}
