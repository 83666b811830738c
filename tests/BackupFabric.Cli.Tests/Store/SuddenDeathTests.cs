using BackupFabric.Cli.Tests.Running;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>Killed in the middle, then run again.</summary>
public sealed class SuddenDeathTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task An_import_that_was_killed_is_repeated_and_finds_what_was_stored()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 400 * MiB, 1);
        using (var bf = scene.Start("import", scene.Repository, image, "--vm", "web", "--codec", "none"))
        {
            await WaitForAsync(bf, () => SizeOf(Path.Combine(scene.Repository, "data")) > 20 * MiB);
            bf.Kill();
        }

        Assert.Empty((await scene.JsonAsync("list", scene.Repository)).EnumerateArray());
        var repeated = await scene.JsonAsync("import", scene.Repository, image, "--vm", "web", "--codec", "none");
        var missing = repeated.GetProperty("contentBytes").GetInt64() - repeated.GetProperty("newPlainBytes").GetInt64();
        Assert.True(missing > 15 * MiB, $"Only {missing} bytes of the first attempt were found.");
        await scene.AssertRestoresAsync("latest", image);
    }

    [Fact]
    public async Task A_restore_that_was_killed_leaves_no_file_under_the_name_and_is_repeated()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 400 * MiB, 2);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        var target = scene.PathOf("out.raw");
        using (var bf = scene.Start("restore", scene.Repository, "latest", target))
        {
            await WaitForAsync(bf, () => File.Exists(target + ".partial"));
            bf.Kill();
        }

        if (!File.Exists(target)) (await scene.RunAsync("restore", scene.Repository, "latest", target)).Succeeds();
        Assert.True(StoreScene.SameBytes(target, image));
        Assert.False(File.Exists(target + ".partial"));
    }

    [Fact]
    public async Task An_interrupted_import_or_restore_says_so_and_leaves_nothing_half_made()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 400 * MiB, 3);
        // The slowest there is, so that there is time to interrupt it.
        using (var bf = scene.Start("import", scene.Repository, image, "--vm", "web", "--codec", "zstd", "--level", "19"))
        {
            await WaitForAsync(bf, () => SizeOf(Path.Combine(scene.Repository, "data")) > 0);
            bf.Interrupt();
            var run = await bf.EndAsync();
            Assert.Equal(130, run.ExitCode);
            Assert.Contains("[interrupted]", run.Error, StringComparison.Ordinal);
        }

        Assert.Empty((await scene.JsonAsync("list", scene.Repository)).EnumerateArray());
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        var target = scene.PathOf("out.raw");
        using var restoring = scene.Start("restore", scene.Repository, "latest", target);
        await WaitForAsync(restoring, () => File.Exists(target + ".partial"));
        restoring.Interrupt();
        // Late, it finds the work done.
        if ((await restoring.EndAsync()).ExitCode != 130) Assert.True(StoreScene.SameBytes(target, image));
        else Assert.False(File.Exists(target));
        Assert.False(File.Exists(target + ".partial"));
    }

    private static async Task WaitForAsync(BfProcess bf, Func<bool> state)
    {
        while (!state())
        {
            Assert.False(bf.HasEnded, "It ended before it could be killed.");
            await Task.Delay(1);
        }
    }

    private static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
}
