using BackupFabric.Disks.Files;
using BackupFabric.Disks.Tests.Judges;
using BackupFabric.Disks.Vhdx;

namespace BackupFabric.Disks.Tests.Faults;

/// <summary>
/// A writer is stopped after every single change it makes to its files, with nothing, all or some of the unflushed changes lost. The file must open,
/// hold what was flushed, and for each sector written since then the old or the new bytes; written to again, it must be clean.
/// </summary>
public sealed class CrashTests
{
    private const int MiB = 1 << 20;
    private const long Length = 3 * MiB / 2;
    private const int Sectors = (int)(Length / 512);

    [Theory]
    [InlineData(Loss.Nothing)]
    [InlineData(Loss.AllUnflushed)]
    [InlineData(Loss.SomeUnflushed)]
    internal async Task A_dynamic_vhdx_survives_its_writer(Loss loss)
    {
        SimulatedStore start = new();
        await CreateAsync(start, "disk.vhdx", new(DiskFormat.Vhdx, DiskKind.Dynamic, Length, BlockSize: MiB));
        await CrashEverywhereAsync(start, "disk.vhdx", new SectorHistory(), loss);
    }

    [Theory]
    [InlineData(Loss.Nothing)]
    [InlineData(Loss.AllUnflushed)]
    [InlineData(Loss.SomeUnflushed)]
    internal async Task A_differencing_vhdx_survives_its_writer(Loss loss)
    {
        (SimulatedStore start, SectorHistory history) = await ParentAndChildAsync();
        await CrashEverywhereAsync(start, "child.avhdx", history, loss);
    }

    [Theory]
    [InlineData(Loss.Nothing)]
    [InlineData(Loss.AllUnflushed)]
    [InlineData(Loss.SomeUnflushed)]
    internal async Task A_dynamic_vhd_survives_its_writer(Loss loss)
    {
        SimulatedStore start = new();
        await CreateAsync(start, "disk.vhd", new(DiskFormat.Vhd, DiskKind.Dynamic, Length));
        await CrashEverywhereAsync(start, "disk.vhd", new SectorHistory(), loss);
    }

    [Theory]
    [InlineData(Loss.Nothing)]
    [InlineData(Loss.AllUnflushed)]
    [InlineData(Loss.SomeUnflushed)]
    internal async Task A_merge_survives_its_end_and_is_done_again(Loss loss)
    {
        (SimulatedStore start, SectorHistory history) = await ParentAndChildAsync();
        await using (IVirtualDisk child = DiskImage.Open(start, "child.avhdx", VhdxAccess.Write)) await WorkAsync(child, history, new Random(9), 25);
        history.Flushed();
        for (int steps = 0; ; steps++)
        {
            SimulatedStore store = start.Clone();
            store.StopAfter(steps);
            bool done = await RunAsync(() => VhdxMerge.RunAsync(store, "child.avhdx", CancellationToken.None));
            store.Recover(loss, new Random(steps));
            await MustHoldAsync(store, "child.avhdx", history, loss);
            await VhdxMerge.RunAsync(store, "child.avhdx", CancellationToken.None);
            store.Delete("child.avhdx");
            await MustHoldAsync(store, "base.vhdx", history, loss);
            if (done) break;
        }
    }

    [Theory]
    [InlineData(Loss.Nothing)]
    [InlineData(Loss.SomeUnflushed)]
    internal async Task Linking_to_another_place_happens_wholly_or_not_at_all(Loss loss)
    {
        (SimulatedStore start, SectorHistory history) = await ParentAndChildAsync();
        history.Flushed();
        string there = "a-folder-with-a-long-name-" + new string('x', 3000) + "/base.vhdx";
        for (int steps = 0; ; steps++)
        {
            SimulatedStore store = start.Clone();
            using (var copy = store.Create(Path.GetFullPath(there))) Copy(store["base.vhdx"], copy);
            store.StopAfter(steps);
            bool done = await RunAsync(() => VhdxRelink.RunAsync(store, "child.avhdx", Path.GetFullPath(there), evenIfContentsDiffer: false));
            store.Recover(loss, new Random(steps));
            // Either place has the same contents, so the disk is readable whichever it points to.
            await MustHoldAsync(store, "child.avhdx", history, loss);
            if (done) break;
        }
    }

    [Theory]
    [InlineData(Loss.Nothing)]
    [InlineData(Loss.AllUnflushed)]
    [InlineData(Loss.SomeUnflushed)]
    internal async Task A_log_that_came_round_is_still_whole(Loss loss)
    {
        SimulatedStore start = new();
        await CreateAsync(start, "base.vhdx", new(DiskFormat.Vhdx, DiskKind.Dynamic, 256 * MiB, BlockSize: MiB));
        await CreateAsync(start, "child.avhdx", new(DiskFormat.Vhdx, DiskKind.Differencing, 0, BlockSize: MiB, ParentPath: "base.vhdx"));
        bool done = false;
        for (int steps = 0; !done; steps += 4 + (steps % 13))
        {
            SimulatedStore store = start.Clone();
            SectorHistory history = new();
            store.StopAfter(steps);
            done = await RunAsync(() => ScatterAsync(store, history));
            store.Recover(loss, new Random(steps));
            await MustHoldAsync(store, "child.avhdx", history, loss);
            await MustBecomeCleanAsync(store, "child.avhdx", history, loss);
        }
    }

    [Fact]
    public async Task Qemu_replays_the_log_that_a_killed_writer_left()
    {
        QemuImg.Require();
        using TestFolder folder = new();
        SimulatedStore start = new();
        await CreateAsync(start, "disk.vhdx", new(DiskFormat.Vhdx, DiskKind.Dynamic, Length, BlockSize: MiB));
        int replayed = 0;
        for (int steps = 5; ; steps += 3)
        {
            SimulatedStore store = start.Clone();
            store.StopAfter(steps);
            bool done = await RunAsync(() => WriteAndCloseAsync(store, "disk.vhdx", new SectorHistory()));
            File.WriteAllBytes(folder["killed.vhdx"], store["disk.vhdx"].ToArray());
            await using (IVirtualDisk ours = await DiskImage.OpenAsync(folder["killed.vhdx"], writable: false))
                File.WriteAllBytes(folder["ours.raw"], await DiskTwin.ReadAllAsync(ours));
            string said = QemuImg.Run("check", "-f", "vhdx", "-r", "all", folder["killed.vhdx"]);
            if (said.Contains("repaired", StringComparison.Ordinal)) replayed++;
            QemuImg.Compare(folder["killed.vhdx"], "vhdx", folder["ours.raw"]);
            if (done) break;
        }

        Assert.True(replayed > 5, $"Only {replayed} files had a log to replay.");
    }

    private static async Task CrashEverywhereAsync(SimulatedStore start, string path, SectorHistory history, Loss loss)
    {
        for (int steps = 0; ; steps++)
        {
            SimulatedStore store = start.Clone();
            SectorHistory view = history.Clone();
            store.StopAfter(steps);
            bool done = await RunAsync(() => WriteAndCloseAsync(store, path, view));
            Random random = new(steps);
            store.Recover(loss, random);
            await MustHoldAsync(store, path, view, loss);

            // The next writer dies too, perhaps while it cleans up after the first.
            await using (IVirtualDisk disk = DiskImage.Open(store.Clone(), path, VhdxAccess.Read)) await view.AdoptAsync(disk);
            store.StopAfter(random.Next(12));
            await RunAsync(() => WriteAndCloseAsync(store, path, view));
            store.Recover(loss, random);
            await MustHoldAsync(store, path, view, loss);

            await MustBecomeCleanAsync(store, path, view, loss);
            if (done) return;
        }
    }

    private static async Task MustBecomeCleanAsync(SimulatedStore store, string path, SectorHistory view, Loss loss)
    {
        await using (DiskImage.Open(store, path, VhdxAccess.Write)) await MustHoldAsync(store, path, view, loss);
        if (!path.EndsWith('x')) return;
        using var file = store.Open(path, writable: false);
        VhdxHeader header = HeaderPair.Read(file).Current;
        // A log that never got its first entry may still be named; it is empty all the same.
        Assert.Null(LogSequence.Read(file, header));
    }

    private static async Task WriteAndCloseAsync(SimulatedStore store, string path, SectorHistory history)
    {
        IVirtualDisk disk = DiskImage.Open(store, path, VhdxAccess.Write);
        await WorkAsync(disk, history, new Random(4), 14);
        await disk.FlushAsync();
        history.Flushed();
        await WorkAsync(disk, history, new Random(5), 10);
        await disk.DisposeAsync();
        history.Flushed();
    }

    /// <summary>Single sectors all over the disk: each takes a new block and a log entry, and flushes are rare.</summary>
    private static async Task ScatterAsync(SimulatedStore store, SectorHistory history)
    {
        Random random = new(6);
        IVirtualDisk disk = DiskImage.Open(store, "child.avhdx", VhdxAccess.Write);
        for (int i = 0; i < 220; i++)
        {
            await history.WriteAsync(disk, random.Next((int)(disk.Length / 512)), 1);
            if (i % 90 != 89) continue;
            await disk.FlushAsync();
            history.Flushed();
        }

        await disk.DisposeAsync();
        history.Flushed();
    }

    private static async Task WorkAsync(IVirtualDisk disk, SectorHistory history, Random random, int writes)
    {
        for (int i = 0; i < writes; i++)
        {
            int first = random.Next(Sectors);
            int count = 1 + random.Next(Math.Min(Sectors - first, random.Next(3) == 0 ? 2500 : 20));
            await history.WriteAsync(disk, first, count);
            if (random.Next(8) != 0) continue;
            await disk.FlushAsync();
            history.Flushed();
        }
    }

    private static async Task<(SimulatedStore Store, SectorHistory History)> ParentAndChildAsync()
    {
        SimulatedStore store = new();
        SectorHistory history = new();
        await CreateAsync(store, "base.vhdx", new(DiskFormat.Vhdx, DiskKind.Dynamic, Length, BlockSize: MiB));
        await using (IVirtualDisk parent = DiskImage.Open(store, "base.vhdx", VhdxAccess.Write)) await WorkAsync(parent, history, new Random(1), 12);
        history.Flushed();
        await CreateAsync(store, "child.avhdx", new(DiskFormat.Vhdx, DiskKind.Differencing, 0, BlockSize: MiB, ParentPath: "base.vhdx"));
        return (store, history);
    }

    private static async Task CreateAsync(SimulatedStore store, string path, DiskImageOptions options) =>
        await (await DiskImage.CreateAsync(store, path, options)).DisposeAsync();

    private static void Copy(SimulatedFile source, IImageFile target)
    {
        target.Write(0, source.ToArray());
        target.Flush();
    }

    private static async Task MustHoldAsync(SimulatedStore store, string path, SectorHistory history, Loss loss)
    {
        await using IVirtualDisk disk = DiskImage.Open(store, path, VhdxAccess.Read);
        await history.MustHoldAsync(disk, loss);
    }

    /// <summary>True when it came to its end.</summary>
    private static async Task<bool> RunAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (PowerCut)
        {
            return false;
        }
    }
}
