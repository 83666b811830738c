using BackupFabric.Blocks;
using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Points;
using BackupFabric.Protos.V1;
using BackupFabric.Server.Api;
using BackupFabric.Server.Jobs;
using Google.Protobuf;

namespace BackupFabric.Server.Backups;

/// <summary>What a push stream and the server agree on at its beginning.</summary>
/// <param name="Bases">Per disk: the disk of the base point, or null.</param>
/// <param name="CodecLevel">0: the codec's default.</param>
internal sealed record PushTerms(Job Job, IReadOnlyList<PushDisk> Disks, IReadOnlyList<ManifestDisk?> Bases, BlockCodec Codec, int CodecLevel)
{
    /// <summary>More disks than any hypervisor attaches to a VM.</summary>
    private const int DisksMax = 1024;

    private const long DiskBytesMax = 1L << 50;

    public static PushTerms Agree(PushBegin begin, Job job, Repository repository, TransferSettings settings)
    {
        if ((long)begin.Epoch != job.Epoch) throw PushProblems.EpochOld(begin.Epoch, job.Epoch).Because();
        if (begin.Disks.Count > DisksMax) throw PushProblems.Invalid($"a VM with {begin.Disks.Count} disks").Because();
        if (begin.Disks.Any(disk => disk.DiskKey.Length == 0 || disk.Length is 0 or > DiskBytesMax))
            throw PushProblems.Invalid("a disk without a key or with an impossible length").Because();
        if (begin.Disks.Select(disk => disk.DiskKey).Distinct(StringComparer.Ordinal).Count() != begin.Disks.Count)
            throw PushProblems.Invalid("two disks with the same key").Because();
        var codec = CodecOf(begin, settings.Codec);
        return new PushTerms(job, [.. begin.Disks], [.. begin.Disks.Select(disk => BaseOf(disk, job, repository))], codec, codec == settings.Codec ? settings.CodecLevel : 0);
    }

    public PushBegan Began(Repository repository, TransferSettings settings)
    {
        var rules = repository.Rules;
        var began = new PushBegan
        {
            Cutting = new CuttingTerms
            {
                Seed = rules.Seed,
                LeastClusters = (uint)rules.LeastClusters,
                AverageClusters = (uint)rules.AverageClusters,
                GreatestClusters = (uint)rules.GreatestClusters,
                SpanClusters = (uint)rules.SpanClusters,
                ZeroRunClusters = (uint)rules.ZeroRunClusters,
            },
            IdKey = ByteString.CopyFrom(repository.IdKey.Bytes),
            Codec = (uint)Codec,
            CodecLevel = CodecLevel,
            BatchBytesMax = (uint)settings.BatchBytesMax,
            BatchesInFlightMax = (uint)settings.BatchesInFlightMax,
        };
        began.HasBase.AddRange(Bases.Select(basis => basis is not null));
        if (repository.FindPoint(Job.PointId) is not null) began.Committed = new Committed { PointId = Job.PointId.ToString("D") };
        return began;
    }

    /// <summary>The wanted codec where both sides have it, else the agent's best one that this server can open.</summary>
    private static BlockCodec CodecOf(PushBegin begin, BlockCodec wanted)
    {
        var common = begin.Codecs.Where(number => number <= byte.MaxValue).Select(number => (BlockCodec)number).Where(BlockSealer.Supports).ToList();
        if (common.Count == 0) throw PushProblems.CodecNotSupported().Because();
        return common.Contains(wanted) ? wanted : common[0];
    }

    // Only a point of the same VM can be a base: anything else would show one host the blocks of another's VMs.
    private static ManifestDisk? BaseOf(PushDisk disk, Job job, Repository repository) =>
        Guid.TryParse(disk.BasePointId, out var pointId) && repository.FindPoint(pointId) is { } manifest && manifest.VmId == job.VmId
            ? manifest.Disks.FirstOrDefault(candidate => candidate.DiskKey == disk.DiskKey)
            : null;
}
