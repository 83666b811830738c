using BackupFabric.Agent.Ports;
using BackupFabric.Protos.V1;
using Google.Protobuf;

namespace BackupFabric.Agent.HyperV.Tests.Bench;

/// <summary>A recovery point in memory.</summary>
internal sealed class PointCopy
{
    public VmConfiguration Configuration { get; private init; } = new();

    public List<(RecoverDisk Disk, byte[] Content)> Disks { get; } = [];

    public static async Task<PointCopy> OfAsync(ISnapshot snapshot, CancellationToken cancellation)
    {
        var copy = new PointCopy { Configuration = snapshot.Configuration };
        foreach (var disk in snapshot.Disks)
        {
            var content = await ReadAsync(disk, cancellation);
            copy.Disks.Add((new RecoverDisk
            {
                DiskKey = disk.DiskKey,
                Length = (ulong)disk.Length,
                FileName = disk.Path[(disk.Path.LastIndexOf('\\') + 1)..],
                LogicalSector = (uint)disk.LogicalSectorSize,
                PhysicalSector = (uint)disk.PhysicalSectorSize,
                BlockSize = (uint)disk.BlockSize,
                ContentBytes = (ulong)content.Count(b => b != 0),
            }, content));
        }

        return copy;
    }

    /// <summary>Reads what the disk says it holds, and nothing else.</summary>
    public static async Task<byte[]> ReadAsync(ISnapshotDisk disk, CancellationToken cancellation)
    {
        var content = new byte[disk.Length];
        foreach (var range in (await disk.AllocatedAsync(cancellation)).Ranges)
            await disk.ReadAsync(range.Offset, content.AsMemory((int)range.Offset, (int)range.Length), cancellation);
        return content;
    }

    public RecoverOrder Order(string name, bool newIdentity, string folder = "")
    {
        var order = new RecoverOrder
        {
            PointId = Guid.NewGuid().ToString("D"),
            VmId = Configuration.VmId,
            Name = name,
            Folder = folder,
            NewIdentity = newIdentity,
            Configuration = Configuration.ToByteString(),
        };
        order.Disks.AddRange(Disks.Select(d => d.Disk));
        return order;
    }

    public async Task WriteAsync(IRecoveryTarget target, CancellationToken cancellation)
    {
        const int piece = 1 << 20;
        foreach (var disk in target.Disks)
        {
            var content = Disks.Single(d => d.Disk.DiskKey == disk.DiskKey).Content;
            for (var at = 0; at < content.Length; at += piece)
            {
                var part = content.AsMemory(at, Math.Min(piece, content.Length - at));
                if (part.Span.ContainsAnyExcept((byte)0)) await disk.WriteAsync(at, part, cancellation);
            }
        }
    }
}
