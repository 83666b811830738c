using System.Buffers;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Ports;
using BackupFabric.Disks;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Reading;

/// <summary>A disk of a checkpoint, read as the guest saw it, through whatever chain of files is below.</summary>
internal sealed class SnapshotDisk(AttachedDisk attached, IOpenVirtualDisk opened, DiskAssessment assessment, Baseline? baseline, ILogger logger) : ISnapshotDisk, IAsyncDisposable
{
    public AttachedDisk Attached => attached;

    public string DiskKey { get; } = opened.VirtualDiskId.ToString("D");

    public string Path { get; } = ImageName.OfRoot(attached.Path);

    public string Location => attached.Location;

    public int LogicalSectorSize { get; } = opened.SectorSize;

    public int PhysicalSectorSize { get; } = opened.PhysicalSectorSize;

    public int BlockSize { get; } = opened.BlockSize;

    public long Length { get; } = opened.VirtualSize;

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - buffer.Length);
        try
        {
            if (offset % LogicalSectorSize == 0 && buffer.Length % LogicalSectorSize == 0) await opened.ReadAsync(offset, buffer, cancellation);
            else await ReadUnalignedAsync(offset, buffer, cancellation);
        }
        catch (VirtualDiskException e)
        {
            throw HyperVProblems.From(e);
        }
    }

    public async Task<Extents> AllocatedAsync(CancellationToken cancellation)
    {
        try
        {
            return (await opened.AllocatedAsync(cancellation)).Clip(0, Length);
        }
        catch (VirtualDiskException e)
        {
            throw HyperVProblems.From(e);
        }
    }

    /// <summary>Any doubt means null, which costs a read of everything; a wrong answer would cost the guest's data.</summary>
    public async Task<Extents?> ChangedSinceAsync(string changeTrackingId, CancellationToken cancellation)
    {
        if (assessment.Protection != DiskProtection.Incremental) return Unknown("the disk has no change tracking");
        if (changeTrackingId.Length == 0) return Unknown("there is no id to count from");
        if (baseline is not null)
        {
            var known = baseline.Disks.FirstOrDefault(d => string.Equals(d.DiskKey, DiskKey, StringComparison.OrdinalIgnoreCase));
            if (known is null || known.ChangeTrackingId != changeTrackingId) return Unknown("the id belongs to another disk");
            if (known.Length != (ulong)Length) return Unknown($"the disk's size changed from {known.Length} to {Length}");
        }

        try
        {
            var changed = await opened.QueryChangesAsync(changeTrackingId, cancellation);
            return changed.Clip(0, Length).RoundTo(LogicalSectorSize, Length);
        }
        catch (Exception e) when (e is VirtualDiskException or IOException or ArgumentException)
        {
            return Unknown(e.Message);
        }
    }

    public ValueTask DisposeAsync() => opened.DisposeAsync();

    private Extents? Unknown(string reason)
    {
        logger.ChangesUnknown(DiskKey, reason);
        return null;
    }

    private async ValueTask ReadUnalignedAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        var first = offset / LogicalSectorSize * LogicalSectorSize;
        var last = Math.Min(Length, (offset + buffer.Length + LogicalSectorSize - 1) / LogicalSectorSize * LogicalSectorSize);
        var sectors = ArrayPool<byte>.Shared.Rent((int)(last - first));
        try
        {
            await opened.ReadAsync(first, sectors.AsMemory(0, (int)(last - first)), cancellation);
            sectors.AsMemory((int)(offset - first), buffer.Length).CopyTo(buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sectors);
        }
    }
}
