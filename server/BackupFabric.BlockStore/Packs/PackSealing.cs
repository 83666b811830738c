using System.Buffers;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Packs;

internal static class PackSealing
{
    /// <summary>Appends table and footer. The caller has flushed the records before, and flushes after.</summary>
    public static async ValueTask AppendTableAsync(IVolumeFile file, PackNumber pack, IReadOnlyList<PackEntry> entries)
    {
        var size = PackTable.SizeOf(entries.Count);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            PackTable.Write(buffer, pack, file.Length, entries);
            await file.AppendAsync(buffer.AsMemory(0, size), CancellationToken.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
