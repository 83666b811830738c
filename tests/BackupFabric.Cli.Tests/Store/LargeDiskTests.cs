using System.Text.Json;
using BackupFabric.Disks;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>The largest disk that VHDX has, nearly empty: what is done takes the time and memory of what is in it.</summary>
public sealed class LargeDiskTests
{
    private const int MiB = 1 << 20;
    private const long TiB = 1L << 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_sparse_disk_of_64_TiB_is_imported_changed_compared_and_restored_in_part()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.PathOf("huge.vhdx");
        var places = Enumerable.Range(0, 9).Select(i => i * 8 * TiB - (i == 8 ? 32 * MiB : 0)).ToArray();
        await using (var disk = await DiskImage.CreateAsync(image, new DiskImageOptions(DiskFormat.Vhdx, DiskKind.Dynamic, 64 * TiB, Bulk: true)))
        {
            for (var i = 0; i < places.Length; i++) await disk.WriteAsync(places[i], Bytes(i, 24 * MiB));
        }

        using var patience = new CancellationTokenSource(Patience);
        var first = await scene.JsonAsync("import", scene.Repository, image, "--vm", "huge", "--codec", "none").WaitAsync(patience.Token);
        Assert.Equal(64 * TiB, first.GetProperty("length").GetInt64());
        Assert.InRange(first.GetProperty("readBytes").GetInt64(), 9 * 24 * MiB, 9 * 32 * MiB);

        var changed = new[] { (Offset: 3 * TiB, Length: MiB), (Offset: places[4] + 12345 * 512, Length: 8192), (Offset: 64 * TiB - 4096, Length: 4096) };
        await using (var disk = await DiskImage.OpenAsync(image, writable: true))
        {
            foreach (var (offset, length) in changed) await disk.WriteAsync(offset, Bytes(99, length));
        }

        var ranges = scene.Write("r.json", JsonSerializer.Serialize(changed.Select(range => new { offset = range.Offset, length = range.Length })));
        var second = await scene.JsonAsync("import", scene.Repository, image, "--vm", "huge", "--changed", ranges).WaitAsync(patience.Token);
        Assert.InRange(second.GetProperty("readBytes").GetInt64(), MiB, 2 * MiB);
        var full = await scene.JsonAsync("import", scene.Repository, image, "--vm", "huge").WaitAsync(patience.Token);
        Assert.Equal(full.GetProperty("contentBytes").GetInt64(), second.GetProperty("contentBytes").GetInt64());

        var difference = JsonDocument.Parse((await scene.RunAsync("diff", scene.Repository, first.GetProperty("pointId").GetString()!, second.GetProperty("pointId").GetString()!)).Out);
        var told = difference.RootElement.EnumerateArray().Select(range => (Offset: range.GetProperty("offset").GetInt64(), Length: range.GetProperty("length").GetInt64())).ToList();
        Assert.All(changed, range => Assert.Contains(told, t => t.Offset <= range.Offset && range.Offset + range.Length <= t.Offset + t.Length));
        Assert.InRange(told.Sum(range => range.Length), MiB, 2 * MiB);

        var part = scene.PathOf("part.bin");
        await scene.JsonAsync("restore", scene.Repository, "latest", part, "--offset", $"{places[4] - 4096}", "--length", $"{24 * MiB + 8192}").WaitAsync(patience.Token);
        var expected = new byte[24 * MiB + 8192];
        Bytes(4, 24 * MiB).CopyTo(expected.AsSpan(4096));
        Bytes(99, 8192).CopyTo(expected.AsSpan(4096 + 12345 * 512));
        Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(part)));
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
