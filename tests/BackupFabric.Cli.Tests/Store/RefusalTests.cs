using BackupFabric.Cli.Tests.Running;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>What cannot be done is said in a sentence, with an advice and the exit code of its kind; nothing is changed.</summary>
public sealed class RefusalTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("", "changes-unreadable")]
    [InlineData("nonsense", "changes-unreadable")]
    [InlineData("{}", "changes-unreadable")]
    [InlineData("null", "changes-unreadable")]
    [InlineData("[null]", "changes-unreadable")]
    [InlineData("[{}]", "changes-unreadable")]
    [InlineData("""[{"offset":0}]""", "changes-unreadable")]
    [InlineData("""[{"offset":"0","length":1}]""", "changes-unreadable")]
    [InlineData("""[{"offset":1e300,"length":1}]""", "changes-unreadable")]
    [InlineData("""[{"offset":0,"length":1}""", "changes-unreadable")]
    [InlineData("""[{"offset":-1,"length":1}]""", "changes-invalid")]
    [InlineData("""[{"offset":0,"length":-1}]""", "changes-invalid")]
    [InlineData("""[{"offset":9223372036854775807,"length":9223372036854775807}]""", "changes-invalid")]
    [InlineData("""[{"offset":4194304,"length":1}]""", "changes-invalid")]
    public async Task A_hostile_list_of_changes_is_refused(string json, string code)
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 4 * MiB, 1);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        Assert.Equal(code, await scene.RefusalAsync(2, "import", scene.Repository, image, "--vm", "web", "--changed", scene.Write("r.json", json)));
        Assert.Single((await scene.JsonAsync("list", scene.Repository)).EnumerateArray());
    }

    [Fact]
    public async Task A_hundred_thousand_ranges_overlapping_and_out_of_order_are_taken()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 64 * MiB, 2);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        scene.Change(image, 2, 20);
        var random = new Random(2);
        var ranges = Enumerable.Range(0, 100_000).Select(_ => random.NextInt64(64 * MiB - 4096)).Select(offset => $$"""{"offset":{{offset}},"length":{{random.Next(4096)}}}""");
        var all = string.Join(",", ranges.Append($$"""{"offset":0,"length":{{64 * MiB}}}"""));
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web", "--changed", scene.Write("r.json", $"[{all}]"));
        await scene.AssertRestoresAsync("latest", image);
    }

    [Fact]
    public async Task Changes_without_a_point_before_are_refused()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", MiB, 3);
        Assert.Equal("basis-missing", await scene.RefusalAsync(5, "import", scene.Repository, image, "--vm", "web", "--changed", scene.Write("r.json", "[]")));
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        Assert.Equal("basis-missing", await scene.RefusalAsync(5, "import", scene.Repository, image, "--vm", "web", "--disk", "disk-1", "--changed", scene.PathOf("r.json")));
    }

    [Fact]
    public async Task What_is_no_repository_no_image_or_no_room_is_said()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", MiB, 4);
        Assert.Equal("repository-missing", await scene.RefusalAsync(4, "list", scene.PathOf("nowhere")));
        Assert.False(Directory.Exists(scene.PathOf("nowhere")));
        Assert.Equal("repository-missing", await scene.RefusalAsync(4, "import", scene.PathOf(""), image, "--vm", "web"));
        Assert.Equal("repository-exists", await scene.RefusalAsync(5, "create", scene.Repository));
        Assert.Equal("repository-folder-not-empty", await scene.RefusalAsync(5, "create", scene.PathOf("")));
        Assert.Equal("folder-needed", await scene.RefusalAsync(2, "create", ""));
        Assert.Equal("disk-image-missing", await scene.RefusalAsync(4, "import", scene.Repository, scene.PathOf("no.raw"), "--vm", "web"));
        Assert.Equal("disk-image-unsupported", await scene.RefusalAsync(2, "import", scene.Repository, scene.Write("a.zip", "PK\u0003\u0004" + new string('x', 600)), "--vm", "web"));
        Assert.Equal("point-invalid", await scene.RefusalAsync(2, "import", scene.Repository, image, "--vm", "  "));
        Assert.Equal("point-missing", await scene.RefusalAsync(4, "restore", scene.Repository, "latest", scene.PathOf("out.raw")));
        Assert.False(File.Exists(scene.PathOf("out.raw")));
    }

    [Theory]
    [InlineData("16,64")]
    [InlineData("64,16,256")]
    [InlineData("16,64,256,512,1")]
    [InlineData("5,64,256")]
    [InlineData("0,64,256")]
    [InlineData("a,b,c")]
    [InlineData("16,64,256,128")]
    [InlineData("16,64,99999999")]
    public async Task Cutting_that_makes_no_sense_is_refused(string cutting)
    {
        using var scene = new StoreScene();
        Assert.Equal("cutting-unsound", await scene.RefusalAsync(2, "create", scene.Repository, "--cutting", cutting));
        Assert.False(Directory.Exists(scene.Repository));
    }

    [Fact]
    public async Task A_repository_cut_otherwise_works_the_same()
    {
        using var scene = await StoreScene.NewAsync("--cutting", "4,32,64,1024");
        var image = scene.MakeRaw("a.raw", 10 * MiB, 5);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web", "--codec", "none");
        await scene.AssertRestoresAsync("latest", image);
        Assert.Equal(64 << 10, (await scene.JsonAsync("stats", scene.Repository)).GetProperty("cutting").GetProperty("greatestBytes").GetInt32());
    }

    [Fact]
    public async Task An_existing_file_is_only_replaced_when_that_is_said_and_a_failed_restore_leaves_it()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 5 * MiB, 6);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        var target = scene.Write("out.raw", "precious");
        Assert.Equal("file-exists", await scene.RefusalAsync(5, "restore", scene.Repository, "latest", target));
        Assert.Equal("file-is-folder", await scene.RefusalAsync(2, "restore", scene.Repository, "latest", scene.PathOf("")));
        Assert.Equal("target-denied", await scene.RefusalAsync(2, "restore", scene.Repository, "latest", scene.PathOf("no/such/folder/out.raw")));

        foreach (var pack in Directory.GetFiles(Path.Combine(scene.Repository, "data"))) Spoil(pack);
        Assert.Equal("block-damaged", await scene.RefusalAsync(9, "restore", scene.Repository, "latest", target, "--overwrite"));
        Assert.Equal("precious", File.ReadAllText(target));
        Assert.False(File.Exists(target + ".partial"));
    }

    [Fact]
    public async Task Somebody_elses_repository_is_left_alone()
    {
        using var scene = await StoreScene.NewAsync();
        using var owner = new FileStream(Path.Combine(scene.Repository, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Equal("repository-in-use", await scene.RefusalAsync(5, "delete", scene.Repository, "latest"));
    }

    [Fact]
    public async Task A_restore_to_where_so_long_a_file_cannot_be_says_so_and_leaves_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A shell that limits the size of files is needed.");
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 12 * MiB, 7);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        var target = scene.PathOf("out.raw");
        // No file may become longer than 4 MiB: writing beyond fails. (The runtime's own files would be among them, but for the setting.)
        var run = await BfProcess.RunInShellAsync($"export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 4096; exec \"$0\" store restore '{scene.Repository}' latest '{target}'");
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("[target-too-large]", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(target) || File.Exists(target + ".partial"));
    }

    private static void Spoil(string pack)
    {
        using var file = File.OpenHandle(pack, FileMode.Open, FileAccess.ReadWrite);
        for (var at = 4096L; at < RandomAccess.GetLength(file) - 100_000; at += 65_536) RandomAccess.Write(file, "spoilt"u8, at);
    }
}
