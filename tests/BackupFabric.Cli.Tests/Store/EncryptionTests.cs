using System.Text;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>An encrypted repository from end to end, by passphrase and by key file.</summary>
public sealed class EncryptionTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task Every_verb_works_with_the_key_file_and_nothing_readable_lies_on_the_disk()
    {
        using var scene = new StoreScene();
        var secret = new[] { "--key-file", scene.Write("key", "a key file of more than thirty-two bytes, whatever they are") };
        Assert.True((await scene.JsonAsync(["create", scene.Repository, .. secret])).GetProperty("encrypted").GetBoolean());
        var marker = "a sentence that must not be readable in a pack";
        var image = scene.MakeRaw("a.raw", 4 * MiB, 1);
        using (var file = File.OpenHandle(image, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.Write(file, Encoding.ASCII.GetBytes(marker), MiB);
        Task<System.Text.Json.JsonElement> OnAsync(string verb, params string[] words) => scene.JsonAsync([verb, scene.Repository, .. words, .. secret]);

        await OnAsync("import", image, "--vm", "very-secret-vm", "--codec", "none");
        await OnAsync("import", image, "--vm", "very-secret-vm");
        Assert.Equal(2, (await OnAsync("list")).GetArrayLength());
        await OnAsync("show", "latest");
        Assert.True((await OnAsync("stats")).GetProperty("encrypted").GetBoolean());
        Assert.Equal("[]\n", (await scene.RunAsync(["diff", scene.Repository, "latest", "latest", .. secret])).Out);
        await OnAsync("restore", "latest", scene.PathOf("out.raw"));
        Assert.True(StoreScene.SameBytes(scene.PathOf("out.raw"), image));
        await OnAsync("verify", "--heal-from", scene.CopyOfRepository("copy"));
        await OnAsync("prune", "--keep-last", "1");
        await OnAsync("undelete", "latest");
        await OnAsync("delete", "latest");
        await OnAsync("collect", "--empty-trash");
        await OnAsync("rebuild-index");
        Assert.Equal(2, (await OnAsync("rotate-key")).GetProperty("key").GetInt32());
        await OnAsync("import", image, "--vm", "other");
        await OnAsync("verify");
        foreach (var file in Directory.GetFiles(scene.Repository, "*", SearchOption.AllDirectories))
        {
            var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.DoesNotContain(marker, bytes, StringComparison.Ordinal);
            Assert.DoesNotContain("very-secret-vm", bytes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_the_right_secret_nothing_is_opened_and_nothing_changes()
    {
        using var scene = new StoreScene();
        var (right, wrong) = (scene.Write("right", "the right passphrase"), scene.Write("wrong", "the wrong passphrase"));
        await scene.JsonAsync("create", scene.Repository, "--passphrase-file", right);
        foreach (var verb in new[] { "list", "stats", "verify", "collect", "rebuild-index", "rotate-key" })
            Assert.Equal("repository-locked", await scene.RefusalAsync(3, verb, scene.Repository));
        Assert.Equal("secret-wrong", await scene.RefusalAsync(3, "list", scene.Repository, "--passphrase-file", wrong));
        Assert.Equal("secret-wrong", await scene.RefusalAsync(3, "collect", scene.Repository, "--key-file", scene.Write("key", new string('k', 32))));
        Assert.Equal("secret-unfit", await scene.RefusalAsync(2, "list", scene.Repository, "--passphrase-file", scene.Write("short", "short\n")));
        Assert.Equal("secret-unfit", await scene.RefusalAsync(2, "list", scene.Repository, "--key-file", right));
        Assert.Equal("secret-unreadable", await scene.RefusalAsync(2, "list", scene.Repository, "--key-file", scene.PathOf("none")));
        Assert.Equal("secret-unreadable", await scene.RefusalAsync(2, "list", scene.Repository, "--key-file", "/dev/zero"));
        Assert.Equal("secret-ambiguous", await scene.RefusalAsync(2, "list", scene.Repository, "--passphrase-file", right, "--key-file", right));

        using var open = await StoreScene.NewAsync();
        Assert.Equal("repository-not-encrypted", await open.RefusalAsync(5, "list", open.Repository, "--passphrase-file", right));
        Assert.Equal("repository-not-encrypted", await open.RefusalAsync(5, "rotate-key", open.Repository));
        Assert.Equal("repository-not-encrypted", await open.RefusalAsync(5, "add-secret", open.Repository, "--new-key-file", open.PathOf("new.key")));
        Assert.False(File.Exists(open.PathOf("new.key")));
    }

    [Fact]
    public async Task A_new_key_file_is_its_owners_alone_and_opens_the_repository()
    {
        using var scene = new StoreScene();
        var key = scene.PathOf("repo.key");
        await scene.JsonAsync("create", scene.Repository, "--new-key-file", key);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(32, new FileInfo(key).Length);
        await scene.JsonAsync("list", scene.Repository, "--key-file", key);

        var bytes = File.ReadAllBytes(key);
        Assert.Equal("file-exists", await scene.RefusalAsync(5, "create", scene.PathOf("second"), "--new-key-file", key));
        Assert.Equal(bytes, File.ReadAllBytes(key));
        Assert.Equal("secret-ambiguous", await scene.RefusalAsync(2, "create", scene.PathOf("second"), "--new-key-file", scene.PathOf("b.key"), "--key-file", key));
        Assert.Equal("repository-exists", await scene.RefusalAsync(5, "create", scene.Repository, "--new-key-file", scene.PathOf("b.key")));
        Assert.False(File.Exists(scene.PathOf("b.key")));
    }

    [Fact]
    public async Task Secrets_are_added_removed_and_replaced()
    {
        using var scene = new StoreScene();
        string passphrase = scene.Write("passphrase", "the first passphrase"), key = scene.PathOf("a.key"), last = scene.PathOf("b.key");
        await scene.JsonAsync("create", scene.Repository, "--passphrase-file", passphrase);
        Assert.Equal("secret-needed", await scene.RefusalAsync(2, "add-secret", scene.Repository, "--passphrase-file", passphrase));
        Assert.Equal(2, (await scene.JsonAsync("add-secret", scene.Repository, "--passphrase-file", passphrase, "--new-key-file", key)).GetArrayLength());
        var listed = (await scene.JsonAsync("remove-secret", scene.Repository, "--key-file", key)).EnumerateArray().ToList();
        Assert.Equal([("passphrase", false), ("key-file", true)], listed.Select(secret => (secret.GetProperty("kind").GetString(), secret.GetProperty("usedNow").GetBoolean())));

        Assert.Equal("secret-missing", await scene.RefusalAsync(4, "remove-secret", scene.Repository, "99", "--key-file", key));
        Assert.Equal("usage", await scene.RefusalAsync(2, "remove-secret", scene.Repository, "first", "--key-file", key));
        await scene.JsonAsync("remove-secret", scene.Repository, $"{listed[0].GetProperty("number").GetInt32()}", "--key-file", key);
        Assert.Equal("secret-wrong", await scene.RefusalAsync(3, "list", scene.Repository, "--passphrase-file", passphrase));
        Assert.Equal("secret-last", await scene.RefusalAsync(5, "remove-secret", scene.Repository, $"{listed[1].GetProperty("number").GetInt32()}", "--key-file", key));

        await scene.JsonAsync("import", scene.Repository, scene.MakeRaw("a.raw", MiB, 1), "--vm", "web", "--key-file", key);
        await scene.JsonAsync("replace-secrets", scene.Repository, "--key-file", key, "--new-key-file", last, "--new-passphrase-file", passphrase);
        Assert.Equal("secret-wrong", await scene.RefusalAsync(3, "list", scene.Repository, "--key-file", key));
        await scene.JsonAsync("restore", scene.Repository, "latest", scene.PathOf("out.raw"), "--key-file", last);
        await scene.JsonAsync("verify", scene.Repository, "--passphrase-file", passphrase);
    }

    [Fact]
    public async Task The_passphrase_may_come_by_standard_input_and_the_file_by_the_environment()
    {
        using var scene = new StoreScene();
        var passphrase = scene.Write("passphrase", "the first passphrase\r\n");
        await scene.JsonAsync("create", scene.Repository, "--passphrase-file", passphrase);
        using var typed = scene.Start("list", scene.Repository, "--passphrase-file", "-");
        Assert.Equal(0, (await typed.EndAsync("the first passphrase\n")).ExitCode);
        using var named = Running.BfProcess.Start(scene.PathOf("p.json"), ["store", "list", scene.Repository], new Dictionary<string, string> { ["BF_PASSPHRASE_FILE"] = passphrase });
        Assert.Equal(0, (await named.EndAsync()).ExitCode);
    }
}
