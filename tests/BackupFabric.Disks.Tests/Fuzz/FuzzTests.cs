using System.Diagnostics;
using BackupFabric.Disks.Files;
using BackupFabric.Disks.Tests.Faults;
using BackupFabric.Disks.Vhdx;

namespace BackupFabric.Disks.Tests.Fuzz;

/// <summary>Whatever is in the file: it opens and reads, or it is refused with an error of ours; soon, and without much memory.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int MiB = 1 << 20;
    private const int Rounds = 1500;
    private const long AllocationMax = 64 * MiB;

    private static readonly TimeSpan RoundMax = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Damaged_dynamic_vhdx() => await FuzzAsync(await DynamicAsync(), "disk.vhdx", Mutation.Vhdx);

    [Fact]
    public async Task Damaged_vhdx_with_a_full_log()
    {
        SimulatedStore store = await DynamicAsync();
        // Not closed: its log stays.
        IVirtualDisk disk = DiskImage.Open(store, "disk.vhdx", VhdxAccess.Write);
        for (int i = 0; i < 6; i++) await disk.WriteAsync(i * MiB, new byte[512]);
        await FuzzAsync(store, "disk.vhdx", Mutation.Vhdx);
    }

    [Fact]
    public async Task Damaged_differencing_vhdx()
    {
        SimulatedStore store = await DynamicAsync();
        await using (IVirtualDisk child = await DiskImage.CreateAsync(store, "child.avhdx", new(DiskFormat.Vhdx, DiskKind.Differencing, 0, BlockSize: MiB, ParentPath: "disk.vhdx")))
        {
            await child.WriteAsync(0, new byte[4096]);
            await child.WriteAsync(2 * MiB, new byte[MiB]);
        }

        await FuzzAsync(store, "child.avhdx", Mutation.Vhdx);
    }

    [Fact]
    public async Task Damaged_dynamic_vhd()
    {
        SimulatedStore store = new();
        await using (IVirtualDisk disk = await DiskImage.CreateAsync(store, "disk.vhd", new(DiskFormat.Vhd, DiskKind.Dynamic, 8 * MiB)))
        {
            await disk.WriteAsync(0, new byte[4096]);
            await disk.WriteAsync(4 * MiB, new byte[4096]);
        }

        await FuzzAsync(store, "disk.vhd", Mutation.Vhd);
    }

    private static async Task<SimulatedStore> DynamicAsync()
    {
        SimulatedStore store = new();
        await using IVirtualDisk disk = await DiskImage.CreateAsync(store, "disk.vhdx", new(DiskFormat.Vhdx, DiskKind.Dynamic, 8 * MiB, BlockSize: MiB));
        await disk.WriteAsync(0, new byte[4096]);
        await disk.WriteAsync(3 * MiB, new byte[4096]);
        return store;
    }

    private async Task FuzzAsync(SimulatedStore start, string path, Action<IImageFile, Random> mutate)
    {
        Dictionary<string, int> outcomes = [];
        for (int seed = 0; seed < Rounds; seed++)
        {
            SimulatedStore store = start.Clone();
            using (IImageFile file = store.Open(path, writable: true)) mutate(file, new Random(seed));
            Stopwatch clock = Stopwatch.StartNew();
            string outcome = await TryAsync(store, path, seed);
            Assert.True(clock.Elapsed < RoundMax, $"Seed {seed} took {clock.Elapsed}.");
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        output.WriteLine(string.Join(", ", outcomes.OrderByDescending(o => o.Value).Select(o => $"{o.Key}: {o.Value}")));
        Assert.True(outcomes.GetValueOrDefault("sound") > 0 && outcomes.Count > 1, "The damage is either too great or too small to test anything.");
    }

    private static async Task<string> TryAsync(SimulatedStore store, string path, int seed)
    {
        try
        {
            int thread = Environment.CurrentManagedThreadId;
            long before = GC.GetAllocatedBytesForCurrentThread();
            string outcome = await OutcomeAsync(() => ReadAsync(store, path));
            // Reading from memory never waits, so the count is of this thread alone.
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < AllocationMax, $"Reading it allocated {allocated} bytes.");
            return outcome != "sound" || seed % 3 != 0 ? outcome : await OutcomeAsync(() => WriteAsync(store, path));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}.", e);
        }
    }

    private static async Task<string> OutcomeAsync(Func<Task> use)
    {
        try
        {
            await use();
            return "sound";
        }
        catch (DiskImageException e)
        {
            return e.Code;
        }
    }

    private static async Task ReadAsync(SimulatedStore store, string path)
    {
        await using IVirtualDisk disk = DiskImage.Open(store, path, VhdxAccess.Read);
        await ReadSomeAsync(disk);
    }

    private static async Task WriteAsync(SimulatedStore store, string path)
    {
        await using IVirtualDisk disk = DiskImage.Open(store, path, VhdxAccess.Write);
        await disk.WriteAsync(0, new byte[disk.Info.LogicalSectorSize]);
        await disk.FlushAsync();
    }

    private static async Task ReadSomeAsync(IVirtualDisk disk)
    {
        byte[] buffer = new byte[MiB];
        int part = (int)Math.Min(disk.Length, buffer.Length);
        for (long at = 0; at < Math.Min(disk.Length, 8 * MiB); at += part) await disk.ReadAsync(at, buffer.AsMemory(0, (int)Math.Min(part, disk.Length - at)));
        await disk.ReadAsync(disk.Length - part, buffer.AsMemory(0, part));
        await foreach (DiskRange range in disk.AllocatedAsync(0, disk.Length)) Assert.True(range.Length > 0);
    }
}
