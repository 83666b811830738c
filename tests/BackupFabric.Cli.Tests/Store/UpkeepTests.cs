using System.Text.Json;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>Delete, undelete, prune and collect: what goes, what stays, and what is given back.</summary>
public sealed class UpkeepTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task A_deleted_point_lies_in_the_trash_comes_back_and_restores()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 6 * MiB, 1);
        var id = await ImportAsync(scene, image, "web");
        Assert.Equal(id, IdOf(await scene.JsonAsync("delete", scene.Repository, "latest:web")));
        Assert.Empty((await scene.JsonAsync("list", scene.Repository)).EnumerateArray());
        var trashed = Assert.Single((await scene.JsonAsync("list", scene.Repository, "--trash")).EnumerateArray());
        Assert.Equal((id, "web"), (IdOf(trashed), trashed.GetProperty("vmName").GetString()));
        Assert.Contains($"{id:N}"[..12], (await scene.RunAsync("list", scene.Repository, "--trash")).Out, StringComparison.Ordinal);
        Assert.Equal("point-missing", await scene.RefusalAsync(4, "delete", scene.Repository, $"{id}"));
        Assert.Equal("point-missing", await scene.RefusalAsync(4, "restore", scene.Repository, $"{id}", scene.PathOf("out.raw")));

        Assert.Equal(id, IdOf(await scene.JsonAsync("undelete", scene.Repository, $"{id:N}"[..12])));
        Assert.Empty((await scene.JsonAsync("list", scene.Repository, "--trash")).EnumerateArray());
        await scene.AssertRestoresAsync($"{id}", image);
        Assert.Equal("point-not-in-trash", await scene.RefusalAsync(4, "undelete", scene.Repository, $"{id}"));
        Assert.Equal("point-not-in-trash", await scene.RefusalAsync(4, "undelete", scene.Repository, "latest"));
    }

    [Fact]
    public async Task A_point_that_is_not_there_or_not_clear_is_not_deleted()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", MiB, 2);
        var id = await ImportAsync(scene, image, "web");
        await ImportAsync(scene, image, "web");
        Assert.Equal("point-ambiguous", await scene.RefusalAsync(2, "delete", scene.Repository, $"{id:N}"[..2]));
        Assert.Equal("point-missing", await scene.RefusalAsync(4, "delete", scene.Repository, "ffffffff"));
        Assert.Equal("point-missing", await scene.RefusalAsync(4, "delete", scene.Repository, "latest:other"));
        Assert.Equal(2, await CountAsync(scene));
    }

    [Fact]
    public async Task Pruning_keeps_what_a_rule_keeps_and_says_why_and_never_takes_the_last_point_of_a_vm()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", MiB, 3);
        var web = new List<Guid>();
        for (var i = 0; i < 4; i++) web.Add(await ImportAsync(scene, image, "web"));
        var db = await ImportAsync(scene, image, "db");

        Assert.Equal("rule-needed", await scene.RefusalAsync(2, "prune", scene.Repository));
        Assert.Equal("usage", await scene.RefusalAsync(2, "prune", scene.Repository, "--keep-last", "0"));
        Assert.Equal("point-missing", await scene.RefusalAsync(4, "prune", scene.Repository, "--vm", "wbe", "--keep-last", "1"));
        Assert.Equal(5, await CountAsync(scene));

        var dry = await scene.JsonAsync("prune", scene.Repository, "--vm", "web", "--keep-last", "3", "--dry-run");
        Assert.True(dry.GetProperty("dryRun").GetBoolean());
        Assert.Equal([web[0]], Going(dry));
        Assert.Equal(5, await CountAsync(scene));

        Assert.Equal([web[0]], Going(await scene.JsonAsync("prune", scene.Repository, "--vm", "web", "--keep-last", "3")));
        // All of them are of this year: it keeps one of each VM, the last.
        var yearly = await scene.JsonAsync("prune", scene.Repository, "--keep-yearly", "1");
        Assert.Equal([web[2], web[1]], Going(yearly).OrderByDescending(id => web.IndexOf(id)));
        var kept = yearly.GetProperty("points").EnumerateArray().Where(point => point.GetProperty("kept").GetBoolean()).ToList();
        Assert.Equal([db, web[3]], kept.Select(IdOf).OrderBy(id => id == web[3]));
        Assert.All(kept, point => Assert.Equal("last of its year", Assert.Single(point.GetProperty("because").EnumerateArray()).GetString()));
        Assert.Equal(3, (await scene.JsonAsync("list", scene.Repository, "--trash")).GetArrayLength());
        Assert.Contains("stays: among the last 1", (await scene.RunAsync("prune", scene.Repository, "--keep-last", "1")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_deleted_and_purged_is_given_back_and_the_rest_restores()
    {
        using var scene = await StoreScene.NewAsync();
        var (gone, kept) = (scene.MakeRaw("gone.raw", 40 * MiB, 4), scene.MakeRaw("kept.raw", 20 * MiB, 5));
        await ImportAsync(scene, gone, "gone");
        await ImportAsync(scene, kept, "kept");
        var before = scene.PackBytes();
        await scene.JsonAsync("delete", scene.Repository, "latest:gone");

        Assert.Equal("age-invalid", await scene.RefusalAsync(2, "collect", scene.Repository, "--empty-trash", "soon"));
        Assert.Equal("age-invalid", await scene.RefusalAsync(2, "collect", scene.Repository, "--empty-trash=-1d"));
        foreach (var careful in new string[][] { [], ["--empty-trash", "1h"], ["--empty-trash", "--dry-run"] }) await scene.JsonAsync(["collect", scene.Repository, .. careful]);
        Assert.Single((await scene.JsonAsync("list", scene.Repository, "--trash")).EnumerateArray());
        Assert.InRange(scene.PackBytes(), before * 9 / 10, long.MaxValue);

        var collected = await scene.JsonAsync("collect", scene.Repository, "--empty-trash");
        Assert.Equal(1, collected.GetProperty("pointsPurged").GetInt32());
        Assert.InRange(collected.GetProperty("bytesFreed").GetInt64(), before / 3, before);
        Assert.InRange(scene.PackBytes(), 0, before * 2 / 3);
        Assert.Equal("point-not-in-trash", await scene.RefusalAsync(4, "undelete", scene.Repository, "latest"));
        await scene.AssertRestoresAsync("latest:kept", kept);
        await scene.JsonAsync("verify", scene.Repository);
    }

    [Fact]
    public async Task A_collection_that_was_killed_leaves_everything_in_order_and_is_repeated()
    {
        using var scene = await StoreScene.NewAsync();
        // The first half of the other: its blocks lie among those that go, so that packs have to be rewritten.
        var gone = scene.MakeRaw("gone.raw", 240 * MiB, 6);
        var kept = scene.CopyOfStart(gone, "kept.raw", 120 * MiB);
        await ImportAsync(scene, gone, "gone", "--codec", "none");
        await ImportAsync(scene, kept, "kept", "--codec", "none");
        await scene.JsonAsync("delete", scene.Repository, "latest:gone");
        var data = Path.Combine(scene.Repository, "data");
        var packs = Directory.GetFiles(data);
        using (var bf = scene.Start("collect", scene.Repository, "--empty-trash"))
        {
            // Where the needed blocks are moved to.
            while (!bf.HasEnded && Directory.GetFiles(data).Except(packs).All(pack => new FileInfo(pack).Length < 4 * MiB)) await Task.Delay(1);
            if (!bf.HasEnded) bf.Kill();
            else Assert.Fail("It ended before it could be killed.");
        }

        await scene.JsonAsync("verify", scene.Repository);
        var repeated = await scene.JsonAsync("collect", scene.Repository, "--empty-trash");
        await scene.JsonAsync("verify", scene.Repository);
        await scene.AssertRestoresAsync("latest:kept", kept);
        Assert.InRange(scene.PackBytes(), 0, repeated.GetProperty("liveBytes").GetInt64() * 4 / 3 + MiB);
    }

    [Fact]
    public async Task The_index_is_made_anew_from_the_packs()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 8 * MiB, 8);
        await ImportAsync(scene, image, "web");
        Assert.InRange((await scene.JsonAsync("rebuild-index", scene.Repository)).GetProperty("entries").GetInt64(), 10, long.MaxValue);
        await scene.AssertRestoresAsync("latest", image);
        await scene.JsonAsync("verify", scene.Repository);
    }

    private static async Task<Guid> ImportAsync(StoreScene scene, string image, string vm, params string[] more) => IdOf(await scene.JsonAsync(["import", scene.Repository, image, "--vm", vm, .. more]));

    private static async Task<int> CountAsync(StoreScene scene) => (await scene.JsonAsync("list", scene.Repository)).GetArrayLength();

    private static List<Guid> Going(JsonElement pruned) => [.. pruned.GetProperty("points").EnumerateArray().Where(point => !point.GetProperty("kept").GetBoolean()).Select(IdOf)];

    private static Guid IdOf(JsonElement point) => point.GetProperty("pointId").GetGuid();
}
