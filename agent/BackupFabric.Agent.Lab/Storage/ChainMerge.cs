using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>
/// Merges what no checkpoint needs any more, while the guest runs: the guest gets a new leaf, the old one is merged without the lock, the new leaf is linked past it,
/// and so on until the leaf is small; that one is merged under the lock. What there is to merge follows from the document alone, so a merge
/// that died with its process is taken up by the next one.
/// </summary>
internal static class ChainMerge
{
    /// <summary>A leaf file up to this size is merged while the guest waits.</summary>
    private const long SmallLeafBytes = 32L * 1024 * 1024;

    /// <summary>A guest that writes faster than we merge has to wait after so many rounds.</summary>
    private const int RoundsMax = 3;

    /// <summary>Whether something is waiting to be merged.</summary>
    public static bool IsDue(VmDocument vm) => vm.Merging is not null || vm.Settings.Disks.Any(d => Next(vm, d) > 0);

    /// <summary>Merges everything that is due, after whoever else is at it; waits for readers of the files.</summary>
    public static async Task RunAsync(LabHost host, Guid vmId, CancellationToken cancellation)
    {
        using FileLock mine = await FileLock.TakeAsync(host.FolderOf(vmId).MergeLock, cancellation);
        for (int round = 0; ; round++)
        {
            if (!await StepAsync(host, vmId, round, cancellation))
                return;
        }
    }

    /// <summary>The end of the merge of a leaf: under the lock, repeatable.</summary>
    public static async Task FinishLeafAsync(VmSession session, CancellationToken cancellation)
    {
        string leaf = session.Vm.Merging!;
        VmDisk? disk = session.Vm.Settings.Disks.FirstOrDefault(d => d.Chain.Count > 1 && d.Path == leaf);
        if (disk is not null)
        {
            await DiskImage.MergeAsync(session.Local(leaf), cancellation);
            await session.Host.Faults.PassAsync("merge-before-switch", cancellation);
            disk.Chain.RemoveAt(disk.Chain.Count - 1);
            session.Vm.Discarded.Add(leaf);
        }

        session.Vm.Merging = null;
        session.Save();
        await session.Host.Faults.PassAsync("merge-after-switch", cancellation);
        session.Sweep();
    }

    private static async Task<bool> StepAsync(LabHost host, Guid vmId, int round, CancellationToken cancellation)
    {
        (VmDisk Disk, int Index)? due;
        using (VmSession? session = await VmSession.TryOpenAsync(host, vmId, cancellation))
        {
            if (session is null)
                return false;
            due = First(session.Vm);
            if (due is null)
                return false;
        }

        (VmDisk disk, int index) = due.Value;
        string child = disk.Chain[index].Path;
        string parent = disk.Chain[index - 1].Path;
        using FileLock childFree = await FileLock.TakeAsync(host.HandleLock(child), cancellation);
        using FileLock parentFree = await FileLock.TakeAsync(host.HandleLock(parent), cancellation);
        if (index == disk.Chain.Count - 1 && !await TryMergeLeafAsync(host, vmId, child, round, cancellation))
            await GiveNewLeafAsync(host, vmId, child, cancellation);
        else if (index < disk.Chain.Count - 1)
            await MergeMiddleAsync(host, vmId, child, parent, cancellation);
        return true;
    }

    private static async Task<bool> TryMergeLeafAsync(LabHost host, Guid vmId, string leaf, int round, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        if (!session.Vm.Settings.Disks.Any(d => d.Path == leaf && Next(session.Vm, d) == d.Chain.Count - 1))
            return true;
        bool small = new FileInfo(session.Local(leaf)).Length <= SmallLeafBytes;
        if (session.Vm.Running && !small && round < RoundsMax * session.Vm.Settings.Disks.Count * 2)
            return false;
        await host.Faults.PassAsync("merge-leaf", cancellation);
        session.Vm.Merging = leaf;
        session.Save();
        await FinishLeafAsync(session, cancellation);
        return true;
    }

    private static async Task GiveNewLeafAsync(LabHost host, Guid vmId, string leaf, CancellationToken cancellation)
    {
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        if (session.Vm.Settings.Disks.FirstOrDefault(d => d.Path == leaf) is not { } disk)
            return;
        string fresh = $"{disk.Root[..disk.Root.LastIndexOf('.')]}_{Guid.NewGuid().ToString("D").ToUpperInvariant()}.avhdx";
        session.Vm.Discarded.Add(fresh);
        session.Save();
        IVirtualDisk image = await DiskImage.CreateAsync(
            session.Local(fresh), new(DiskFormat.Vhdx, DiskKind.Differencing, 0, ParentPath: session.Local(leaf)), cancellation);
        await image.DisposeAsync();
        disk.Chain.Add(new(fresh, session.Vm.NextMark));
        session.Vm.Discarded.Clear();
        session.Save();
    }

    private static async Task MergeMiddleAsync(LabHost host, Guid vmId, string child, string parent, CancellationToken cancellation)
    {
        await host.Faults.PassAsync("merge-slice", cancellation);
        await DiskImage.MergeAsync(host.Volumes.ToLocal(child), cancellation);
        await host.Faults.PassAsync("merge-before-relink", cancellation);
        using VmSession session = await VmSession.OpenAsync(host, vmId, cancellation);
        VmDisk disk = session.Vm.Settings.Disks.First(d => d.Chain.Any(f => f.Path == child));
        int index = disk.Chain.FindIndex(f => f.Path == child);
        await DiskImage.RelinkAsync(session.Local(disk.Chain[index + 1].Path), session.Local(parent), cancellation: cancellation);
        disk.Chain.RemoveAt(index);
        session.Vm.Discarded.Add(child);
        session.Save();
        session.Sweep();
    }

    private static (VmDisk Disk, int Index)? First(VmDocument vm)
    {
        foreach (VmDisk disk in vm.Settings.Disks)
        {
            int index = Next(vm, disk);
            if (index > 0)
                return (disk, index);
        }

        return null;
    }

    /// <summary>
    /// Index of the lowest file that can go into the one below it: neither is the frozen file of a checkpoint. 0 when there is none.
    /// The lowest, because a file above it may already be linked past it by a merge that died before it said so.
    /// </summary>
    private static int Next(VmDocument vm, VmDisk disk)
    {
        HashSet<string> frozen = [.. vm.Checkpoints.SelectMany(c => c.Settings.Disks).Select(d => d.Path)];
        for (int i = 1; i < disk.Chain.Count; i++)
        {
            // The attached image may itself be a differencing one; its own parents are none of our business, it is index 0.
            if (!frozen.Contains(disk.Chain[i].Path) && !frozen.Contains(disk.Chain[i - 1].Path))
                return i;
        }

        return 0;
    }
}
