using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace BackupFabric.Server.Backups;

/// <summary>
/// The span leaves of one job until its commit, in a file that vanishes with it: they come in any order and from several streams,
/// and a large disk has a gigabyte of them. Memory holds only where each one lies.
/// </summary>
internal sealed class SpanSpool(string folder) : IDisposable
{
    private readonly Dictionary<(string DiskKey, long Span), Place> _places = [];
    private readonly Lock _gate = new();
    private SafeFileHandle? _file;
    private long _end;

    private readonly record struct Place(int Stream, long Offset, int Length);

    /// <summary>Removes what an earlier process left behind.</summary>
    public static void Clear(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var left in Directory.GetFiles(folder, "*.spans")) File.Delete(left);
    }

    /// <summary>Takes a leaf in place of an earlier one of the same span. Empty: the span became a hole.</summary>
    public void Put(string diskKey, long span, ReadOnlySpan<byte> leaf, int stream)
    {
        long offset;
        lock (_gate)
        {
            offset = _end;
            _end += leaf.Length;
            if (leaf.Length > 0) _file ??= Open();
        }

        if (leaf.Length > 0) RandomAccess.Write(_file!, leaf, offset);
        // Known only once written: a reader never finds a place without its bytes.
        lock (_gate) _places[(diskKey, span)] = new Place(stream, offset, leaf.Length);
    }

    /// <summary>Forgets what a broken stream sent: its sender cannot know how much of it arrived, and sends all of it again.</summary>
    public void Forget(int stream)
    {
        lock (_gate)
        {
            foreach (var key in _places.Where(place => place.Value.Stream == stream).Select(place => place.Key).ToList()) _places.Remove(key);
        }
    }

    /// <summary>A disk's leaves in ascending order of their spans.</summary>
    public async IAsyncEnumerable<(long Span, ReadOnlyMemory<byte> Leaf)> LeavesAsync(
        string diskKey, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        List<(long Span, Place Place)> places;
        lock (_gate)
        {
            places = [.. _places.Where(entry => entry.Key.DiskKey == diskKey).Select(entry => (entry.Key.Span, entry.Value)).OrderBy(entry => entry.Span)];
        }

        foreach (var (span, place) in places)
        {
            var leaf = new byte[place.Length];
            if (place.Length > 0) await ReadAsync(leaf, place.Offset, cancellation);
            yield return (span, leaf);
        }
    }

    public void Dispose() => _file?.Dispose();

    private async ValueTask ReadAsync(Memory<byte> leaf, long offset, CancellationToken cancellation)
    {
        while (leaf.Length > 0)
        {
            var read = await RandomAccess.ReadAsync(_file!, leaf, offset, cancellation);
            if (read == 0) throw new EndOfStreamException("The spool of span maps is shorter than what was written to it.");
            (leaf, offset) = (leaf[read..], offset + read);
        }
    }

    private SafeFileHandle Open()
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.spans");
        return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
    }
}
