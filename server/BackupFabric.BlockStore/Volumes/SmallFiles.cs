namespace BackupFabric.BlockStore.Volumes;

/// <summary>Whole small files: read at once, replaced in one step.</summary>
internal static class SmallFiles
{
    /// <summary>No small file of a repository comes near this; a greater one is damage and is not read into memory.</summary>
    private const long BytesMax = 256L << 20;

    public static async Task<byte[]?> TryReadAllAsync(this IVolume volume, string name, CancellationToken cancellation)
    {
        try
        {
            await using var file = await volume.OpenAsync(name, append: false, cancellation);
            if (file.Length > BytesMax) return [];
            var bytes = new byte[file.Length];
            var read = await file.ReadAsync(0, bytes, cancellation);
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Temp, flush, rename. The caller synchronizes the folder: that is when the name is durable.</summary>
    public static async Task ReplaceAsync(this IVolume volume, string temporary, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await volume.WriteNewAsync(temporary, bytes, cancellation);
        await volume.RenameAsync(temporary, name, cancellation);
    }

    /// <summary>A flushed file under a name that is still to be changed; one that an interrupted write left is overwritten.</summary>
    public static async Task WriteNewAsync(this IVolume volume, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await volume.DeleteAsync(name, cancellation);
        await using var file = await volume.CreateAsync(name, cancellation);
        await file.AppendAsync(bytes, cancellation);
        await file.FlushAsync(cancellation);
    }
}
