using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Machines;
using BackupFabric.Agent.Lab.Storage;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Guests;

/// <summary>A VM that came by import has disks nobody wrote a truth for: what they hold before its guest writes first becomes the truth's base.</summary>
internal static class TruthAdoption
{
    public static async Task EnsureAsync(VmSession session, CancellationToken cancellation)
    {
        if (session.Vm.TruthKnown)
            return;
        SetAside(session);
        TruthDocument truth = new() { Vm = session.Vm.Id, Name = session.Vm.Settings.Name };
        foreach (VmDisk disk in session.Vm.Settings.Disks.Where(d => d.Chain.Count > 0))
        {
            string copy = Path.Combine(session.Folder.Path, $"base-{truth.Disks.Count}.vhdx");
            await using (IVirtualDisk source = await DiskImage.OpenAsync(session.Local(disk.Path), writable: false, cancellation))
                await DiskFiller.CopyAsync(source, copy, null, cancellation);
            disk.TruthDisk = truth.Disks.Count;
            FileInfo file = new(copy);
            await using IVirtualDisk image = await DiskImage.OpenAsync(copy, writable: false, cancellation);
            truth.Disks.Add(new() { Length = image.Length, Image = copy, ImageFileBytes = file.Length, ImageWrittenUtc = file.LastWriteTimeUtc });
        }

        LabJson.Replace(session.Folder.TruthDocument, truth, LabJson.Default.TruthDocument);
        session.Vm.TruthKnown = true;
        session.Save();
    }

    /// <summary>An earlier VM with this GUID had a truth of its own.</summary>
    private static void SetAside(VmSession session)
    {
        string aside = Path.Combine(session.Folder.Path, $"before-{session.Host.Time.GetUtcNow():yyyyMMddHHmmssfff}");
        foreach (string file in new[] { session.Folder.TruthDocument, session.Folder.Writes, session.Folder.Unsettled, session.Folder.Moments }.Where(File.Exists))
        {
            Directory.CreateDirectory(aside);
            File.Move(file, Path.Combine(aside, Path.GetFileName(file)));
        }

        foreach (string image in Directory.EnumerateFiles(session.Folder.Path, "base-*.vhdx").ToList())
            File.Delete(image);
    }
}
