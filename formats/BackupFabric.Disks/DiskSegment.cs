namespace BackupFabric.Disks;

internal enum SegmentSource { Zero, File, Parent }

/// <summary>A stretch of the disk whose bytes come from one place.</summary>
internal readonly record struct DiskSegment(SegmentSource Source, long Length, long FileOffset)
{
    public bool Continues(DiskSegment next) =>
        Source == next.Source && (Source != SegmentSource.File || FileOffset + Length == next.FileOffset);
}
