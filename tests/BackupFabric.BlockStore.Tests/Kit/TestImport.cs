using BackupFabric.Blocks;
using BackupFabric.Blocks.Spans;
using BackupFabric.BlockStore.Export;
using BackupFabric.BlockStore.Import;
using BackupFabric.BlockStore.Points;

namespace BackupFabric.BlockStore.Tests.Kit;

internal static class TestImport
{
    public static ImportRequest Request(string vm = "vm", IReadOnlyList<ByteRange>? changed = null, string disk = "disk-0") => new(vm, disk, "/images/a.raw", "HV-1", 512, 4096, 0, changed);

    public static Task<ImportReport> RunAsync(Repository repository, byte[] disk, string vm = "vm", IReadOnlyList<ByteRange>? changed = null, BlockCodec codec = BlockCodec.Lz4) =>
        RunAsync(repository, new MemoryDisk(disk), Request(vm, changed), codec);

    public static Task<ImportReport> RunAsync(Repository repository, ISourceDisk disk, ImportRequest request, BlockCodec codec = BlockCodec.Lz4, CancellationToken cancellation = default) =>
        new ImportJob(repository, new ImportOptions(codec, Workers: 4), TimeProvider.System).RunAsync(request, disk, null, cancellation);

    public static async Task<byte[]> RestoreAsync(Repository repository, ManifestDisk disk)
    {
        var target = new MemoryDisk(disk.Root.Length);
        await new ExportJob(repository, new ExportOptions(Workers: 4)).RunAsync(disk, target, null, null, CancellationToken.None);
        Assert.True(target.IsFlushed);
        return target.Content;
    }

    /// <summary>Writes into some places, in sectors, and says which.</summary>
    public static List<ByteRange> Change(byte[] disk, Random random, int places)
    {
        var changed = new List<ByteRange>();
        for (var i = 0; i < places; i++)
        {
            var length = random.Next(1, 40) * 512;
            var offset = random.Next(0, (disk.Length - length) / 512) * 512;
            var place = disk.AsSpan(offset, length);
            if (random.Next(4) == 0) place.Clear();
            else random.NextBytes(place);
            changed.Add(new(offset, length));
        }

        return changed;
    }
}
