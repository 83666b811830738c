using BackupFabric.Blocks;
using BackupFabric.BlockStore.Collection;
using BackupFabric.BlockStore.Points;
using BackupFabric.BlockStore.Tests.Volumes;

namespace BackupFabric.BlockStore.Tests.Kit;

/// <summary>
/// A closed repository in which collecting has everything to do. Three machines: the doomed point shares a few blocks with a kept one, so that of its packs some are dead
/// and some thin; the others are whole.
/// </summary>
internal sealed class CollectionScene
{
    /// <summary>Of a kept machine: two packs.</summary>
    private const int Clusters = 90;

    /// <summary>Of the doomed machine: three packs.</summary>
    private const int DoomedClusters = 170;

    /// <summary>Which a kept machine has of the doomed one's.</summary>
    private const int SharedClusters = 10;

    private CollectionScene(MemoryVolume start, Manifest doomed, byte[] doomedDisk, Dictionary<Guid, byte[]> kept) => (Start, Doomed, DoomedDisk, Kept) = (start, doomed, doomedDisk, kept);

    /// <summary>Copied for each run.</summary>
    public MemoryVolume Start { get; }

    public Manifest Doomed { get; }

    public byte[] DoomedDisk { get; }

    public Dictionary<Guid, byte[]> Kept { get; }

    public static CollectionOptions Everything { get; } = new(EmptyTrashOlderThan: TimeSpan.Zero);

    /// <param name="delete">Whether the doomed point is in the trash already.</param>
    public static async Task<CollectionScene> MakeAsync(bool delete)
    {
        var volume = new MemoryVolume();
        var (one, other) = (TestDisk.Content(21, DoomedClusters), TestDisk.Content(22, Clusters));
        var mixed = other.ToArray();
        one.AsSpan(0, SharedClusters * Cluster.Size).CopyTo(mixed);
        var kept = new Dictionary<Guid, byte[]>();
        Manifest doomed;
        await using (var repository = await TestRepository.CreateAsync(volume))
        {
            doomed = await TestDisk.BackUpAsync(repository, one, vm: new(1, 0, 0, new byte[8]));
            kept.Add((await TestDisk.BackUpAsync(repository, other, vm: new(2, 0, 0, new byte[8]))).PointId, other);
            kept.Add((await TestDisk.BackUpAsync(repository, mixed, vm: new(3, 0, 0, new byte[8]))).PointId, mixed);
            if (delete) await repository.DeletePointAsync(doomed.PointId, CancellationToken.None);
        }

        return new(volume, doomed, one, kept);
    }

    public static Task<CollectionReport> CollectAsync(Repository repository, CollectionOptions? options = null) => repository.CollectAsync(options ?? Everything, null, CancellationToken.None);

    /// <summary>Nothing is left that a collection would do.</summary>
    public static async Task AssertCollectedAsync(Repository repository)
    {
        var left = await CollectAsync(repository, Everything with { DryRun = true });
        Assert.Equal((0, 0, 0, 0L), (left.PointsPurged, left.PacksDropped, left.PacksRewritten, left.BlocksMissing));
    }
}
