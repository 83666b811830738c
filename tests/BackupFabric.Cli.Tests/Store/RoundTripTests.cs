using BackupFabric.Cli.Tests.Running;
using BackupFabric.Disks;

namespace BackupFabric.Cli.Tests.Store;

/// <summary>In and out again, judged byte for byte and by qemu-img.</summary>
public sealed class RoundTripTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("raw", DiskKind.Fixed)]
    [InlineData("vhd", DiskKind.Fixed)]
    [InlineData("vhd", DiskKind.Dynamic)]
    [InlineData("vhdx", DiskKind.Fixed)]
    [InlineData("vhdx", DiskKind.Dynamic)]
    public async Task An_image_of_any_format_comes_back_in_any_format(string format, DiskKind kind)
    {
        using var scene = await StoreScene.NewAsync();
        var raw = scene.MakeRaw("content.raw", 24 * MiB, 1);
        var image = format == "raw" ? raw : await ConvertAsync(raw, scene.PathOf($"disk.{format}"), format, kind);
        var point = await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        Assert.Equal(24 * MiB, point.GetProperty("length").GetInt64());
        await scene.AssertRestoresAsync("latest:web", raw);
        foreach (var target in new[] { "raw", "vhd", "vhdx" })
        {
            var restored = scene.PathOf($"out.{target}");
            (await scene.RunAsync("restore", scene.Repository, "latest", restored)).Succeeds();
            StoreScene.JudgeEqual(raw, restored);
        }
    }

    [Fact]
    public async Task Names_with_spaces_and_of_all_scripts_work()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("Диск 1 – größe 磁盘.raw", 3 * MiB, 2);
        foreach (var vm in new[] { "ウェブ サーバー", "web:1", "latest", "-- strange", "Ünïcode  näme" })
        {
            var imported = await scene.JsonAsync("import", scene.Repository, image, $"--vm={vm}");
            Assert.Equal(vm, imported.GetProperty("vmName").GetString());
            Assert.Single((await scene.JsonAsync("list", scene.Repository, $"--vm={vm}")).EnumerateArray());
            await scene.AssertRestoresAsync($"latest:{vm}", image);
        }
    }

    [Fact]
    public async Task A_point_is_found_by_the_beginning_of_its_id_and_shown()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 2 * MiB, 3);
        var id = (await scene.JsonAsync("import", scene.Repository, image, "--vm", "web")).GetProperty("pointId").GetGuid();
        foreach (var name in new[] { $"{id}", $"{id:N}", $"{id:N}"[..12], $"{id:N}"[..12].ToUpperInvariant(), "latest", "latest:web" })
            Assert.Equal(id, (await scene.JsonAsync("show", scene.Repository, name)).GetProperty("pointId").GetGuid());
        Assert.Equal("point-missing", await scene.RefusalAsync(4, "show", scene.Repository, "ffffffff"));
        var hint = await scene.RunAsync("show", scene.Repository, "web");
        Assert.Contains("latest:web", hint.Error, StringComparison.Ordinal);
        var text = await scene.RunAsync("show", scene.Repository, "latest");
        Assert.Contains("disk-0", text.Out, StringComparison.Ordinal);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        Assert.Equal("point-ambiguous", await scene.RefusalAsync(2, "show", scene.Repository, $"{id:N}"[..2]));
        Assert.Equal(2, (await scene.JsonAsync("stats", scene.Repository)).GetProperty("points").GetInt32());
        Assert.Contains("web", (await scene.RunAsync("list", scene.Repository)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_import_stores_what_is_new_and_the_difference_feeds_an_import_elsewhere()
    {
        using var scene = await StoreScene.NewAsync();
        using var other = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 40 * MiB, 4);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        await other.JsonAsync("import", other.Repository, image, "--vm", "web");
        var before = (await scene.JsonAsync("show", scene.Repository, "latest")).GetProperty("pointId").GetString()!;
        var kept = scene.PathOf("before.raw");
        File.Copy(image, kept);
        scene.Change(image, 4, 10);
        var second = await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        Assert.InRange(second.GetProperty("newPlainBytes").GetInt64(), 1, 16 * MiB);

        var ranges = await scene.RunAsync("diff", scene.Repository, before, "latest:web");
        Assert.Equal(0, ranges.ExitCode);
        var patched = await other.JsonAsync("import", other.Repository, image, "--vm", "web", "--changed", scene.Write("diff.json", ranges.Out));
        Assert.InRange(patched.GetProperty("readBytes").GetInt64(), 1, 16 * MiB);
        await other.AssertRestoresAsync("latest", image);
        await scene.AssertRestoresAsync("latest", image);
        await scene.AssertRestoresAsync(before, kept);
        Assert.Equal("[]\n", (await scene.RunAsync("diff", scene.Repository, "latest", "latest")).Out);
    }

    [Fact]
    public async Task A_part_of_a_disk_is_restored_and_only_raw()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 20 * MiB, 5);
        await scene.JsonAsync("import", scene.Repository, image, "--vm", "web");
        var part = scene.PathOf("part.bin");
        await scene.JsonAsync("restore", scene.Repository, "latest", part, "--offset", "1048000", "--length", "7000001");
        Assert.Equal(File.ReadAllBytes(image).AsSpan(1048000, 7000001).ToArray(), File.ReadAllBytes(part));
        Assert.Equal("format-unfit", await scene.RefusalAsync(2, "restore", scene.Repository, "latest", scene.PathOf("b.vhdx"), "--offset", "0"));
        Assert.Equal("range-invalid", await scene.RefusalAsync(2, "restore", scene.Repository, "latest", scene.PathOf("b.raw"), "--offset", "0", "--length", "999999999"));
        Assert.Equal("range-invalid", await scene.RefusalAsync(2, "restore", scene.Repository, "latest", scene.PathOf("b.raw"), "--offset=-1", "--length", "5"));
        Assert.Equal("usage", await scene.RefusalAsync(2, "restore", scene.Repository, "latest", scene.PathOf("b.raw"), "--offset", "here"));
        Assert.Empty(Directory.GetFiles(scene.PathOf(""), "b.*"));
    }

    [Fact]
    public async Task On_a_terminal_a_bar_is_drawn_and_a_pipe_gets_the_answer_alone()
    {
        using var scene = await StoreScene.NewAsync();
        var image = scene.MakeRaw("a.raw", 8 * MiB, 6);
        using var bf = BfProcess.StartOnTerminal(scene.PathOf("p.json"), $"store import '{scene.Repository}' '{image}' --vm web");
        var seen = await bf.EndAsync();
        Assert.Equal(0, seen.ExitCode);
        Assert.Contains("importing", seen.Out, StringComparison.Ordinal);
        var piped = await scene.RunAsync("restore", scene.Repository, "latest", scene.PathOf("out.raw"));
        Assert.Equal("", piped.Error);
        Assert.Single(piped.Lines);
    }

    private static async Task<string> ConvertAsync(string raw, string image, string format, DiskKind kind)
    {
        await using var from = await DiskImage.OpenAsync(raw, writable: false);
        await using var to = await DiskImage.CreateAsync(image, new DiskImageOptions(format == "vhd" ? DiskFormat.Vhd : DiskFormat.Vhdx, kind, from.Length, Bulk: true));
        await foreach (var range in from.AllocatedAsync(0, from.Length))
        {
            var bytes = new byte[range.Length];
            await from.ReadAsync(range.Offset, bytes);
            await to.WriteAsync(range.Offset, bytes);
        }

        return image;
    }
}
