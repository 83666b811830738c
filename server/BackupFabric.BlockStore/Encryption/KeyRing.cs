using System.Buffers.Binary;
using System.Security.Cryptography;
using BackupFabric.Blocks;

namespace BackupFabric.BlockStore.Encryption;

/// <summary>What the secrets of an encrypted repository lead to: the master key, the cutting rules and all data keys. FORMAT.md section "Key ring".</summary>
internal sealed record KeyRing(byte[] Master, CuttingRules Rules, IReadOnlyList<DataKey> DataKeys)
{
    private const int RulesAt = KeyBytes.Size;
    private const int CountAt = RulesAt + 6 * sizeof(int);
    private const int KeysAt = CountAt + sizeof(int);
    private const int KeySize = sizeof(int) + sizeof(long) + KeyBytes.Size;

    public byte[] Seal(ReadOnlySpan<byte> ringKey, Guid repository, long generation, FillRandom random)
    {
        var plain = KeyBytes.Room(KeysAt + DataKeys.Count * KeySize);
        Write(plain);
        var sealedRing = SealedKey.Seal(ringKey, plain, BoundTo(repository, generation), random);
        CryptographicOperations.ZeroMemory(plain);
        return sealedRing;
    }

    /// <summary>Null when it was not sealed under this key for this generation of this repository.</summary>
    public static KeyRing? TryOpen(ReadOnlySpan<byte> ringKey, ReadOnlySpan<byte> sealedRing, Guid repository, long generation)
    {
        var length = sealedRing.Length - SealedKey.Overhead;
        if (length < KeysAt + KeySize || (length - KeysAt) % KeySize != 0) return null;
        var plain = KeyBytes.Room(length);
        try
        {
            return SealedKey.TryOpen(ringKey, sealedRing, BoundTo(repository, generation), plain) ? Read(plain) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private void Write(Span<byte> to)
    {
        Master.CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[RulesAt..], Rules.Seed);
        int[] bounds = [Rules.LeastClusters, Rules.AverageClusters, Rules.GreatestClusters, Rules.SpanClusters, Rules.ZeroRunClusters];
        for (var i = 0; i < bounds.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(to[(RulesAt + (i + 1) * sizeof(int))..], bounds[i]);
        BinaryPrimitives.WriteInt32LittleEndian(to[CountAt..], DataKeys.Count);
        for (var i = 0; i < DataKeys.Count; i++)
        {
            var entry = to.Slice(KeysAt + i * KeySize, KeySize);
            BinaryPrimitives.WriteInt32LittleEndian(entry, DataKeys[i].Number);
            BinaryPrimitives.WriteInt64LittleEndian(entry[4..], DataKeys[i].MadeAt.ToUnixTimeMilliseconds());
            DataKeys[i].Key.CopyTo(entry[12..]);
        }
    }

    private static KeyRing? Read(ReadOnlySpan<byte> from)
    {
        if (BinaryPrimitives.ReadInt32LittleEndian(from[CountAt..]) != (from.Length - KeysAt) / KeySize) return null;
        var rules = new CuttingRules(BinaryPrimitives.ReadUInt32LittleEndian(from[RulesAt..]), Bound(from, 1), Bound(from, 2), Bound(from, 3), Bound(from, 4), Bound(from, 5));
        var keys = new List<DataKey>();
        for (var at = KeysAt; at < from.Length; at += KeySize)
        {
            var entry = from.Slice(at, KeySize);
            var madeAt = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(entry[4..]));
            keys.Add(new(BinaryPrimitives.ReadInt32LittleEndian(entry), madeAt, KeyBytes.Copy(entry[12..])));
        }

        return new(KeyBytes.Copy(from[..KeyBytes.Size]), rules, keys);
    }

    private static int Bound(ReadOnlySpan<byte> from, int place) => BinaryPrimitives.ReadInt32LittleEndian(from[(RulesAt + place * sizeof(int))..]);

    private static byte[] BoundTo(Guid repository, long generation)
    {
        var bound = new byte[24];
        repository.TryWriteBytes(bound, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(bound.AsSpan(16), generation);
        return bound;
    }
}
