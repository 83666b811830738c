using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>
/// A database in miniature: every transaction writes page A, then page B. A disk on which they differ was caught in the middle; guest VSS waits for the end of a transaction.
/// </summary>
internal static class GuestApplication
{
    public static async Task TransactAsync(LabHost host, Guid vmId, CancellationToken cancellation)
    {
        VmFolder folder = host.FolderOf(vmId);
        using FileLock busy = await FileLock.TakeAsync(folder.ApplicationLock, cancellation);
        long next;
        ApplicationPlace place;
        using (VmSession session = await VmSession.OpenAsync(host, vmId, cancellation))
        {
            if (PlaceOf(session) is not { } known)
                return;
            place = known;
            next = (await StateAsync(session, place, cancellation)).First.GetValueOrDefault() + 1;
            await WritePageAsync(session, place.Disk, place.FirstPage, next, cancellation);
        }

        await host.Faults.PassAsync("application-between", cancellation);
        using (VmSession session = await VmSession.OpenAsync(host, vmId, cancellation))
            await WritePageAsync(session, place.Disk, place.SecondPage, next, cancellation);
    }

    /// <summary>Holds the application between two transactions until disposed.</summary>
    public static Task<FileLock> QuiesceAsync(LabHost host, Guid vmId, CancellationToken cancellation) =>
        FileLock.TakeAsync(host.FolderOf(vmId).ApplicationLock, cancellation);

    /// <summary>What the application does when it starts after a crash, and what VSS makes of one that died: the open transaction is ended. Under the application's lock.</summary>
    public static async Task RecoverAsync(VmSession session, CancellationToken cancellation)
    {
        if (PlaceOf(session) is not { } place)
            return;
        (long? first, long? second) = await StateAsync(session, place, cancellation);
        if (first is { } transaction && second != first)
            await WritePageAsync(session, place.Disk, place.SecondPage, transaction, cancellation);
    }

    /// <summary>The transactions that the two pages of a disk name.</summary>
    public static async Task<(long? First, long? Second)> ReadAsync(IVirtualDisk disk, ApplicationPlace place, CancellationToken cancellation)
    {
        byte[] page = new byte[ApplicationPlace.PageSize];
        await disk.ReadAsync(place.FirstPage, page, cancellation);
        long? first = WritePattern.TransactionOf(page);
        await disk.ReadAsync(place.SecondPage, page, cancellation);
        return (first, WritePattern.TransactionOf(page));
    }

    private static ApplicationPlace? PlaceOf(VmSession session) =>
        session.Vm.TruthKnown ? LabJson.Read(session.Folder.TruthDocument, LabJson.Default.TruthDocument)?.Application : null;

    private static async Task<(long? First, long? Second)> StateAsync(VmSession session, ApplicationPlace place, CancellationToken cancellation)
    {
        VmDisk disk = session.Vm.Settings.Disks.First(d => d.TruthDisk == place.Disk);
        await using IVirtualDisk image = await DiskImage.OpenAsync(session.Local(disk.Path), writable: false, cancellation);
        return await ReadAsync(image, place, cancellation);
    }

    private static Task WritePageAsync(VmSession session, int disk, long offset, long transaction, CancellationToken cancellation) =>
        GuestWrites.ApplyAsync(session, [new(disk, WriteKind.Page, offset, ApplicationPlace.PageSize, (ulong)transaction)], cancellation);
}
