namespace BackupFabric.Cli.Tests.Store;

/// <summary>Damage is found, told so that a timer job notices, and healed from a copy.</summary>
public sealed class VerifyTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task Damage_is_told_by_an_exit_code_of_its_own_names_the_vm_and_is_healed_from_a_copy()
    {
        using var scene = await StoreScene.NewAsync();
        var (web, db) = (scene.MakeRaw("web.raw", 12 * MiB, 1), scene.MakeRaw("db.raw", 6 * MiB, 2));
        await scene.JsonAsync("import", scene.Repository, web, "--vm", "web", "--codec", "none");
        await scene.JsonAsync("import", scene.Repository, db, "--vm", "db", "--codec", "none");
        var clean = await scene.JsonAsync("verify", scene.Repository);
        Assert.Equal((0, 2, true), (clean.GetProperty("findingsTotal").GetInt32(), clean.GetProperty("pointsProven").GetArrayLength(), clean.GetProperty("cycleComplete").GetBoolean()));
        var copy = scene.CopyOfRepository("copy");

        // The VM that was imported first lies in the first half of the first pack.
        var pack = Directory.GetFiles(Path.Combine(scene.Repository, "data")).Order().First();
        using (var file = File.OpenHandle(pack, FileMode.Open, FileAccess.ReadWrite))
        {
            for (var at = 1 * MiB; at < 2 * MiB; at += 65_536) RandomAccess.Write(file, "spoilt"u8, at);
        }

        var found = await scene.RunAsync("verify", scene.Repository, "--json");
        Assert.Equal(9, found.ExitCode);
        var hurt = Assert.Single(found.Json().GetProperty("pointsHurt").EnumerateArray());
        Assert.Equal(("web", "disk-0"), (hurt.GetProperty("vmName").GetString(), hurt.GetProperty("diskKey").GetString()));
        Assert.InRange(hurt.GetProperty("bytes").GetInt64(), 1, 12 * MiB);
        var told = await scene.RunAsync("verify", scene.Repository);
        Assert.Equal(9, told.ExitCode);
        Assert.Contains(" of web: ", told.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(" of db: ", told.Out, StringComparison.Ordinal);
        Assert.Equal("block-damaged", await scene.RefusalAsync(9, "restore", scene.Repository, "latest:web", scene.PathOf("out.raw")));
        await scene.AssertRestoresAsync("latest:db", db);

        var healed = await scene.RunAsync("verify", scene.Repository, "--heal-from", copy, "--json");
        Assert.Equal(9, healed.ExitCode);
        Assert.InRange(healed.Json().GetProperty("healed").GetInt64(), 1, 100);
        Assert.Empty(healed.Json().GetProperty("pointsHurt").EnumerateArray());
        Assert.Equal(0, (await scene.JsonAsync("verify", scene.Repository)).GetProperty("findingsTotal").GetInt32());
        await scene.AssertRestoresAsync("latest:web", web);
    }

    [Fact]
    public async Task Only_a_copy_of_the_same_repository_heals()
    {
        using var scene = await StoreScene.NewAsync();
        using var other = await StoreScene.NewAsync();
        Assert.Equal("heal-source-foreign", await scene.RefusalAsync(5, "verify", scene.Repository, "--heal-from", other.Repository));
        Assert.Equal("repository-missing", await scene.RefusalAsync(4, "verify", scene.Repository, "--heal-from", scene.PathOf("nowhere")));
    }

    [Fact]
    public async Task A_share_goes_on_where_the_last_one_ended_and_a_rate_is_kept()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 24 * MiB, 3);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web", "--codec", "none");
        var stored = scene.PackBytes();
        var first = await scene.JsonAsync("verify", scene.Repository, "--share", "0.6");
        Assert.False(first.GetProperty("cycleComplete").GetBoolean());
        Assert.InRange(first.GetProperty("bytesRead").GetInt64(), 1, stored * 9 / 10);
        var second = await scene.JsonAsync("verify", scene.Repository, "--share", "0.6");
        Assert.True(second.GetProperty("cycleComplete").GetBoolean());
        Assert.Single(second.GetProperty("pointsProven").EnumerateArray());

        var begun = System.Diagnostics.Stopwatch.StartNew();
        await scene.JsonAsync("verify", scene.Repository, "--rate", "5");
        Assert.True(begun.Elapsed.TotalSeconds > stored / (5.0 * MiB) / 2, $"{stored} bytes at 5 MiB/s took {begun.Elapsed}.");
    }

    [Theory]
    [InlineData("--share", "0", "share-invalid")]
    [InlineData("--share", "1.5", "share-invalid")]
    [InlineData("--share", "half", "share-invalid")]
    [InlineData("--rate", "0", "rate-invalid")]
    [InlineData("--rate", "fast", "usage")]
    public async Task A_share_or_rate_that_makes_no_sense_is_refused(string option, string value, string code)
    {
        using var scene = await StoreScene.NewAsync();
        Assert.Equal(code, await scene.RefusalAsync(2, "verify", scene.Repository, option, value));
    }
}
