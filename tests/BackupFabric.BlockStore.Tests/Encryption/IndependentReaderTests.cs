using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BackupFabric.BlockStore.Tests.Encryption;

/// <summary>The frozen encrypted repository is opened from FORMAT.md's words alone, with the framework's primitives and none of the product's code.</summary>
public sealed class IndependentReaderTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "v1-encrypted");

    [Theory]
    [InlineData("passphrase")]
    [InlineData("key-file")]
    public async Task Each_secret_leads_to_the_points_and_to_every_record(string kind)
    {
        var file = await File.ReadAllBytesAsync(Path.Combine(Folder, "repository"));
        using var body = JsonDocument.Parse(file.AsMemory(64, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(32))));
        var repository = file[16..32];
        var slot = body.RootElement.GetProperty("secrets").EnumerateArray().Single(secret => secret.GetProperty("kind").GetString() == kind);
        var salt = slot.GetProperty("salt").GetBytesFromBase64();
        var derived = kind == "passphrase"
            ? Rfc2898DeriveBytes.Pbkdf2("golden passphrase"u8, salt, slot.GetProperty("iterations").GetInt32(), HashAlgorithmName.SHA512, 64)
            : HKDF.DeriveKey(HashAlgorithmName.SHA512, SHA512.HashData(Enumerable.Range(0, 32).Select(value => (byte)value).ToArray()), 64, salt, "BackupFabric key file v1"u8.ToArray());
        Assert.Equal(slot.GetProperty("check").GetBytesFromBase64(), derived[32..]);
        var ringKey = Open(derived[..32], slot.GetProperty("wrapped").GetBytesFromBase64(), [.. repository, .. BitConverter.GetBytes(slot.GetProperty("number").GetInt32())]);
        var ring = Open(ringKey, body.RootElement.GetProperty("keys")[0].GetProperty("key").GetBytesFromBase64(), [.. repository, .. BitConverter.GetBytes(body.RootElement.GetProperty("generation").GetInt64())]);

        Assert.Equal(Enumerable.Range(0, 32).Select(value => (byte)value), ring[..32]);
        Assert.Equal(2, BinaryPrimitives.ReadInt32LittleEndian(ring.AsSpan(56)));
        var keys = new[] { ring[(60 + 12)..(60 + 44)], ring[(60 + 44 + 12)..(60 + 88)] };
        var names = new List<string>();
        foreach (var path in Directory.GetFiles(Path.Combine(Folder, "points")))
        {
            var point = await File.ReadAllBytesAsync(path);
            using var manifest = JsonDocument.Parse(OpenRecord(keys, point[64..^32], point[..32]));
            names.Add(manifest.RootElement.GetProperty("vmName").GetString()!);
        }

        Assert.Equal(["vm-1", "vm-2"], names.Order());
        Assert.Equal([1, 2], (await RecordsAsync("data", keys)).Concat(await RecordsAsync("maps", keys)).Distinct().Order());
    }

    private static async Task<List<int>> RecordsAsync(string folder, byte[][] keys)
    {
        var used = new List<int>();
        foreach (var path in Directory.GetFiles(Path.Combine(Folder, folder)))
        {
            var pack = await File.ReadAllBytesAsync(path);
            for (int i = 0, entries = BinaryPrimitives.ReadInt32LittleEndian(pack.AsSpan(pack.Length - 64 + 12)), at = 64; i < entries; i++)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(pack.AsSpan(at + 40));
                Assert.Equal(1, pack[at + 49]);
                var payload = pack[(at + 52)..(at + 52 + length)];
                var plain = OpenRecord(keys, payload, pack[(at + 8)..(at + 52)]);
                Assert.Equal(BinaryPrimitives.ReadInt32LittleEndian(pack.AsSpan(at + 44)), plain.Length);
                used.Add(BinaryPrimitives.ReadUInt16LittleEndian(payload.AsSpan(length - 18)));
                at += 52 + length + 4;
            }
        }

        return used;
    }

    private static byte[] OpenRecord(byte[][] keys, byte[] payload, byte[] bound)
    {
        var envelope = payload.AsSpan(payload.Length - 40);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, keys[BinaryPrimitives.ReadUInt16LittleEndian(envelope[22..]) - 1], 32, envelope[..16].ToArray(), Encoding.ASCII.GetBytes("BackupFabric record key v1"));
        var plain = new byte[payload.Length - 40];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt([.. envelope[16..24], 0, 0, 0, 0], payload.AsSpan(0, plain.Length), envelope[24..], plain, bound);
        return plain;
    }

    private static byte[] Open(byte[] key, byte[] sealedBytes, byte[] bound)
    {
        var plain = new byte[sealedBytes.Length - 28];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt(sealedBytes.AsSpan(0, 12), sealedBytes.AsSpan(12, plain.Length), sealedBytes.AsSpan(12 + plain.Length), plain, bound);
        return plain;
    }
}
