using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>Every byte of a VM's disk as it was after a given write of the guest, computed from the base content and the log of writes.</summary>
public sealed class LabTruth : IAsyncDisposable
{
    private const int BucketSize = 1024 * 1024;

    private readonly IVirtualDisk? _image;
    private readonly SeededContent? _seeded;
    private readonly IReadOnlyList<WriteRecord> _writes;
    private readonly Dictionary<long, List<int>> _buckets = [];

    private LabTruth(TruthDisk disk, IVirtualDisk? image, IReadOnlyList<WriteRecord> writes, long sequence)
    {
        Length = disk.Length;
        Sequence = sequence;
        _image = image;
        _seeded = image is null ? new SeededContent(disk.Seed, disk.Length, disk.UsedBytes) : null;
        _writes = writes;
        for (int i = 0; i < writes.Count; i++)
        {
            for (long bucket = writes[i].Offset / BucketSize; bucket * BucketSize < writes[i].End; bucket++)
            {
                if (!_buckets.TryGetValue(bucket, out List<int>? list))
                    _buckets[bucket] = list = [];
                list.Add(i);
            }
        }
    }

    public long Length { get; }

    /// <summary>Number of the last write that counts.</summary>
    public long Sequence { get; }

    /// <param name="vm">Name or GUID of the VM.</param>
    /// <param name="disk">Number of the disk, from 0.</param>
    /// <param name="atSequence">The last write that counts; all of them when null.</param>
    public static async Task<LabTruth> OpenAsync(string labFolder, string vm, int disk, long? atSequence = null, CancellationToken cancellation = default) =>
        await OpenAsync(TruthFinder.Find(LabFolder.Open(labFolder), vm), disk, atSequence, cancellation);

    /// <summary>Fills the buffer with the truth.</summary>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation = default)
    {
        if (_image is not null)
            await _image.ReadAsync(offset, buffer, cancellation);
        else
            _seeded!.Read(offset, buffer.Span);
        for (long bucket = offset / BucketSize; bucket * BucketSize < offset + buffer.Length; bucket++)
            Overlay(bucket, offset, buffer.Span);
    }

    /// <summary>Ranges that the base or a write may have filled; zero elsewhere.</summary>
    public async Task<Extents> AllocatedAsync(CancellationToken cancellation = default)
    {
        List<DiskRange> ranges = [.. _writes.Select(w => new DiskRange(w.Offset, w.Length))];
        if (_image is not null)
        {
            await foreach (DiskRange range in _image.AllocatedAsync(0, Length, cancellation))
                ranges.Add(range);
        }
        else
        {
            ranges.AddRange(_seeded!.UsedUnits.Select(u => new DiskRange(u, Math.Min(SeededContent.UnitSize, Length - u))));
        }

        return Extents.Of(ranges);
    }

    public async ValueTask DisposeAsync()
    {
        if (_image is not null)
            await _image.DisposeAsync();
    }

    internal static async Task<LabTruth> OpenAsync(VmFolder folder, int disk, long? atSequence, CancellationToken cancellation)
    {
        TruthDocument truth = LabJson.Read(folder.TruthDocument, LabJson.Default.TruthDocument)
            ?? throw new LabException("no-truth", $"Nothing is known of what the disks in '{folder.Path}' should hold.", "Only VMs that 'bf-lab vm create' made, or that a lab guest has written to, have a ground truth.");
        if (disk < 0 || disk >= truth.Disks.Count)
            throw new LabException("no-such-disk", $"VM '{truth.Name}' has {truth.Disks.Count} disk(s) in its ground truth, none with number {disk}.", "Count disks from 0.");
        long last = Truth.LastSequence(folder);
        long sequence = atSequence ?? last;
        if (sequence < 0 || sequence > last)
            throw new LabException("no-such-sequence", $"The guest of '{truth.Name}' has written {last} times; {sequence} is not one of them.", "Give a sequence up to the last one.");
        TruthDisk known = truth.Disks[disk];
        IVirtualDisk? image = known.Image is null ? null : await OpenBaseAsync(known, cancellation);
        return new(known, image, [.. Truth.Writes(folder, 1, sequence).Where(w => w.Disk == disk)], sequence);
    }

    private static async Task<IVirtualDisk> OpenBaseAsync(TruthDisk disk, CancellationToken cancellation)
    {
        FileInfo file = new(disk.Image!);
        if (!file.Exists || file.Length != disk.ImageFileBytes || file.LastWriteTimeUtc != disk.ImageWrittenUtc)
        {
            throw new LabException(
                "source-image-changed",
                $"The image '{disk.Image}' that the VM's disk was made of has been changed or removed, so the truth cannot be told any more.",
                "Keep source images as they are while a lab uses them.");
        }

        return await DiskImage.OpenAsync(disk.Image!, writable: false, cancellation);
    }

    private void Overlay(long bucket, long offset, Span<byte> target)
    {
        if (!_buckets.TryGetValue(bucket, out List<int>? list))
            return;
        long from = Math.Max(offset, bucket * BucketSize);
        long to = Math.Min(offset + target.Length, (bucket + 1) * BucketSize);
        // Everything before the last write that covers the whole stretch is hidden by it.
        int start = list.FindLastIndex(i => _writes[i].Offset <= from && _writes[i].End >= to);
        for (int k = Math.Max(0, start); k < list.Count; k++)
        {
            WriteRecord write = _writes[list[k]];
            long first = Math.Max(from, write.Offset);
            long last = Math.Min(to, write.End);
            if (first < last)
                WritePattern.Fill(write.Kind, write.Seed, first - write.Offset, target[(int)(first - offset)..(int)(last - offset)]);
        }
    }
}
