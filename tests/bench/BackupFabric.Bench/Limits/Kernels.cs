using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BackupFabric.Blocks;
using BackupFabric.BlockStore.Packs;

namespace BackupFabric.Bench.Limits;

/// <summary>The kernels of a first copy, a restore and a verification, by the product's own code.</summary>
internal static class Kernels
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public static IReadOnlyList<Kernel> Of(CuttingRules rules) =>
    [
        new("memory copy", Copying),
        new("reading the file, cached", Reading),
        new("cutting", () => Cutting(rules)),
        new("BLAKE3, blocks side by side", Hashing),
        new("LZ4 compress", () => Sealing(new BlockSealer(), BlockCodec.Lz4)),
        new("LZ4 decompress", () => Opening(BlockCodec.Lz4)),
        new("Zstandard 1 compress", () => Sealing(new BlockSealer(zstdLevel: 1), BlockCodec.Zstd)),
        new("Zstandard decompress", () => Opening(BlockCodec.Zstd)),
        new("AES-256-GCM encrypt", Encrypting),
        new("CRC-32C", Summing),
    ];

    private static KernelWorker Copying()
    {
        var target = new byte[BlockSealer.BoundOf(1 << 20)];
        return (sample, from, to) => Each(sample, from, to, block => block.CopyTo(target));
    }

    /// <summary>In pieces of 1 MiB, holes included: that is what has to be read.</summary>
    private static KernelWorker Reading()
    {
        var buffer = new byte[1 << 20];
        return (sample, from, to) =>
        {
            using var file = File.OpenHandle(sample.Path);
            var (first, end) = ((int)((long)sample.Spans.Count * from / sample.Blocks.Count), (int)((long)sample.Spans.Count * to / sample.Blocks.Count));
            var bytes = 0L;
            for (var span = first; span < end; span++)
            {
                var (offset, length) = sample.Spans[span];
                for (var at = 0; at < length; at += buffer.Length) bytes += RandomAccess.Read(file, buffer.AsSpan(0, Math.Min(buffer.Length, length - at)), offset + at);
            }

            return bytes;
        };
    }

    private static KernelWorker Cutting(CuttingRules rules)
    {
        var (cutter, cuts) = (new Cutter(rules), new List<BlockCut>());
        return (sample, from, to) =>
        {
            // Whole spans, since a cut depends on what stands before it; content is counted, holes are not.
            var spans = sample.Spans.Count;
            var bytes = 0L;
            for (var span = (int)((long)spans * from / sample.Blocks.Count); span < (int)((long)spans * to / sample.Blocks.Count); span++)
            {
                cuts.Clear();
                cutter.Cut(sample.All.Slice((int)(span * rules.SpanBytes), (int)rules.SpanBytes), cuts);
                foreach (var cut in cuts) bytes += cut.IsHole ? 0 : cut.Length;
            }

            return bytes;
        };
    }

    private static KernelWorker Hashing()
    {
        var key = new IdKey(new byte[IdKey.Size]);
        const int Together = 256;
        var (cuts, ids) = (new List<BlockCut>(), new BlockId[Together]);
        return (sample, from, to) =>
        {
            var bytes = 0L;
            for (var i = from; i < to; i += Together)
            {
                cuts.Clear();
                for (var k = i; k < Math.Min(to, i + Together); k++) cuts.Add(new BlockCut(sample.Blocks[k].Offset, sample.Blocks[k].Length, IsHole: false));
                key.IdsOf(sample.All, CollectionsMarshal.AsSpan(cuts), ids);
                foreach (var cut in cuts) bytes += cut.Length;
            }

            return bytes;
        };
    }

    private static KernelWorker Sealing(BlockSealer sealer, BlockCodec codec)
    {
        var payload = new byte[BlockSealer.BoundOf(1 << 20)];
        return (sample, from, to) => Each(sample, from, to, block => sealer.Seal(block, codec, payload, out _));
    }

    /// <summary>Sealed before the clock runs: the first call is the warm-up.</summary>
    private static KernelWorker Opening(BlockCodec codec)
    {
        var (sealer, plain, scratch) = (new BlockSealer(), new byte[1 << 20], new byte[BlockSealer.BoundOf(1 << 20)]);
        var sealedBlocks = new Dictionary<int, (BlockCodec Used, byte[] Payload)>();
        return (sample, from, to) =>
        {
            var bytes = 0L;
            for (var i = from; i < to; i++)
            {
                if (!sealedBlocks.TryGetValue(i, out var block))
                    sealedBlocks.Add(i, block = (sealer.Seal(sample.Block(i), codec, scratch, out var used) is var length ? used : default, scratch[..length]));
                if (!sealer.TryOpen(block.Used, block.Payload, plain.AsSpan(0, sample.Blocks[i].Length))) throw new InvalidDataException("A sealed block does not open.");
                bytes += sample.Blocks[i].Length;
            }

            return bytes;
        };
    }

    private static KernelWorker Encrypting()
    {
        var aes = new AesGcm(new byte[32], TagSize);
        var (cipher, nonce, tag) = (new byte[1 << 20], new byte[NonceSize], new byte[TagSize]);
        return (sample, from, to) => Each(sample, from, to, block => aes.Encrypt(nonce, block, cipher.AsSpan(0, block.Length), tag));
    }

    private static KernelWorker Summing()
    {
        var sum = 0u;
        return (sample, from, to) => Each(sample, from, to, block => sum = BitOperations.RotateLeft(sum, 1) ^ Crc32C.Of(block));
    }

    private static long Each(BlockSample sample, int from, int to, Action<ReadOnlySpan<byte>> work)
    {
        var bytes = 0L;
        for (var i = from; i < to; i++)
        {
            work(sample.Block(i));
            bytes += sample.Blocks[i].Length;
        }

        return bytes;
    }
}
