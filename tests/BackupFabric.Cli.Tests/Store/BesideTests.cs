using BackupFabric.BlockStore;
using BackupFabric.BlockStore.Volumes;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>Who may work beside whom: reading beside everybody, one owner at a time.</summary>
public sealed class BesideTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task What_only_reads_works_beside_the_owner_and_everything_else_is_refused()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 4 * MiB, 1);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        await using var volume = new LocalVolume(scene.Repository);
        await using var owner = await Repository.OpenAsync(volume, new("the test"), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Single((await scene.JsonAsync("list", scene.Repository)).EnumerateArray());
        Assert.Empty((await scene.JsonAsync("list", scene.Repository, "--trash")).EnumerateArray());
        await scene.JsonAsync("show", scene.Repository, "latest");
        Assert.Equal(1, (await scene.JsonAsync("stats", scene.Repository)).GetProperty("points").GetInt32());
        Assert.Equal("[]\n", (await scene.RunAsync("diff", scene.Repository, "latest", "latest")).Out);
        await scene.AssertRestoresAsync("latest", image);
        string[][] refused =
        [
            ["import", scene.Repository, image, "--vm", "web"], ["verify", scene.Repository], ["delete", scene.Repository, "latest"], ["undelete", scene.Repository, "latest"],
            ["prune", scene.Repository, "--keep-last", "1"], ["collect", scene.Repository], ["rebuild-index", scene.Repository], ["rotate-key", scene.Repository],
        ];
        foreach (var verb in refused) Assert.Equal("repository-in-use", await scene.RefusalAsync(5, verb));
    }

    [Fact]
    public async Task Reading_changes_not_a_byte_and_needs_no_right_to_write()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 4 * MiB, 2);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        var before = scene.Fingerprint();
        await scene.JsonAsync("list", scene.Repository);
        await scene.JsonAsync("show", scene.Repository, "latest");
        await scene.JsonAsync("stats", scene.Repository);
        await scene.RunAsync("diff", scene.Repository, "latest", "latest");
        await scene.AssertRestoresAsync("latest", image);
        Assert.Equal(before, scene.Fingerprint());
    }

    [Fact]
    public async Task What_is_no_repository_is_said_by_every_verb()
    {
        using var scene = new StoreScene();
        string[][] verbs = [["verify"], ["delete", "latest"], ["undelete", "latest"], ["prune", "--keep-last", "1"], ["collect"], ["rebuild-index"], ["remove-secret"], ["rotate-key"], ["show", "latest"], ["stats"]];
        foreach (var words in verbs) Assert.Equal("repository-missing", await scene.RefusalAsync(4, [words[0], scene.PathOf("nowhere"), .. words[1..]]));
        Assert.False(Directory.Exists(scene.PathOf("nowhere")));
    }

    [Fact]
    public async Task A_restore_beside_a_collection_that_moves_its_blocks_ends_well()
    {
        using var scene = await StoreScene.NewAsync();
        var gone = scene.MakeRaw("gone.raw", 80 * MiB, 3);
        var kept = scene.CopyOfStart(gone, "kept.raw", 40 * MiB);
        await scene.JsonAsync("import", scene.Repository, gone, "--vm", "gone", "--codec", "none");
        await scene.JsonAsync("import", scene.Repository, kept, "--vm", "kept", "--codec", "none");
        await scene.JsonAsync("delete", scene.Repository, "latest:gone");
        using var collecting = scene.Start("collect", scene.Repository, "--empty-trash", "--json");
        do await scene.AssertRestoresAsync("latest:kept", kept);
        while (!collecting.HasEnded);
        var collected = await collecting.EndAsync();
        Assert.InRange(collected.Json().GetProperty("packsRewritten").GetInt32(), 1, 100);
    }
}
