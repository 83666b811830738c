using System.Diagnostics;
using System.Globalization;
using BackupFabric.BlockStore.Tests.Kit;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.BlockStore.Tests.Crash;

/// <summary>A real process on a real folder, killed with SIGKILL while it backs up in a loop.</summary>
public sealed class KilledProcessTests
{
    private const string FolderVariable = "BLOCKSTORE_KILLED_FOLDER";

    [Fact]
    public async Task A_repository_whose_process_was_killed_holds_what_was_committed_and_its_lock_is_free()
    {
        using var folder = new TestFolder();
        var disks = new Dictionary<Guid, byte[]>();
        await using (await TestRepository.CreateAsync(new LocalVolume(folder.Path))) { }
        for (var kill = 0; kill < 3; kill++)
        {
            var log = Path.Combine(folder.Path, "..", Path.GetFileName(folder.Path) + ".log");
            await File.WriteAllTextAsync(log, "");
            await KillAfterAsync(folder.Path, log, commits: 3 + kill);
            await using var repository = await TestRepository.OpenAsync(new LocalVolume(folder.Path));
            foreach (var line in (await File.ReadAllLinesAsync(log)).Where(line => line.EndsWith('.')))
            {
                var parts = line.TrimEnd('.').Split(' ');
                disks[Guid.Parse(parts[0])] = TestDisk.Content(int.Parse(parts[1], CultureInfo.InvariantCulture), 100);
            }

            // A commit whose line was not written any more is allowed, and then whole.
            foreach (var point in repository.Points().Where(point => !disks.ContainsKey(point.PointId))) disks[point.PointId] = TestDisk.Content(int.Parse(point.VmName, CultureInfo.InvariantCulture), 100);
            await TestRepository.AssertHoldsAsync(repository, disks);
            File.Delete(log);
        }
    }

    /// <summary>Not a test of its own: the process that is killed. Runs only when asked for explicitly.</summary>
    [Fact(Explicit = true)]
    public async Task Backs_up_in_a_loop_until_it_is_killed()
    {
        var parts = Environment.GetEnvironmentVariable(FolderVariable)!.Split('|');
        await using var repository = await TestRepository.OpenAsync(new LocalVolume(parts[0]));
        for (var seed = repository.Points().Count * 100; ; seed++)
        {
            await using var session = repository.BeginSession();
            var disk = await TestDisk.StoreAsync(repository, session, TestDisk.Content(seed, 100));
            var point = TestDisk.PointOf(Guid.NewGuid(), default, disk) with { VmName = seed.ToString(CultureInfo.InvariantCulture) };
            await session.CommitAsync(point, CancellationToken.None);
            await File.AppendAllTextAsync(parts[1], $"{point.PointId} {seed}.\n");
        }
    }

    private static async Task KillAfterAsync(string folder, string log, int commits)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet") start.ArgumentList.Add(typeof(KilledProcessTests).Assembly.Location);
        foreach (var argument in new[] { "-explicit", "only", "-method", $"{typeof(KilledProcessTests).FullName}.{nameof(Backs_up_in_a_loop_until_it_is_killed)}" }) start.ArgumentList.Add(argument);
        start.Environment[FolderVariable] = folder + "|" + log;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(Path.GetFullPath(log))!, Path.GetFileName(log)) { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size };
        var written = new SemaphoreSlim(0);
        watcher.Changed += (_, _) => written.Release();
        watcher.EnableRaisingEvents = true;
        while ((await File.ReadAllLinesAsync(log)).Length < commits)
        {
            Assert.False(process.HasExited, process.HasExited ? await output + await errors : "");
            await written.WaitAsync(TimeSpan.FromSeconds(5));
        }

        process.Kill();
        await process.WaitForExitAsync();
    }
}
