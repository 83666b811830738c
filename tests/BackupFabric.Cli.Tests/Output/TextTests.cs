using System.Buffers.Binary;
using BackupFabric.Cli.Output;
using BackupFabric.Cli.Tests.Running;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Tests.Output;

/// <summary>What stands on the screen: whole in a pipe, fitted to a terminal, harmless everywhere.</summary>
public sealed class TextTests
{
    private static readonly TableColumn[] _columns = [new("Id"), new("Name", MayShrink: true), new("Size", Right: true)];

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1048575, "1023 KiB")]
    [InlineData(1048576, "1.0 MiB")]
    [InlineData(68719476736, "64.0 GiB")]
    [InlineData(long.MaxValue, "8192 PiB")]
    [InlineData(-2048, "-2.0 KiB")]
    public void Sizes_are_in_binary_units(long bytes, string text) => Assert.Equal(text, Units.Bytes(bytes));

    [Theory]
    [InlineData(0, "0.0 s")]
    [InlineData(-1, "0.0 s")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(59.99, "0m 59s")]
    [InlineData(61, "1m 01s")]
    [InlineData(3599, "59m 59s")]
    [InlineData(90000, "25h 00m")]
    public void Spans_keep_short(double seconds, string text) => Assert.Equal(text, Units.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "2026-03-01 12:00:00 +00:00")]
    [InlineData(19800, "2026-03-01 17:30:00 +05:30")]
    [InlineData(-12600, "2026-03-01 08:30:00 -03:30")]
    public async Task Times_are_the_readers_and_carry_their_offset(int offsetSeconds, string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The zone is given with TZ.");
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Json("GET", "/api/v1/hosts/hv-01", Sample.Host());
        var zone = scene.FilePath("zone");
        await File.WriteAllBytesAsync(zone, ZoneFile(offsetSeconds));
        var run = await scene.RunWithAsync("", new Dictionary<string, string> { ["TZ"] = zone }, "host", "show", "hv-01");
        Assert.Contains(text, run.Out);
    }

    [Fact]
    public void Columns_stand_under_their_titles()
    {
        var lines = TextTable.Lines(_columns, [["1", "web", "10 B"], ["22", "虚拟", "1.0 KiB"]], null);
        Assert.Equal(["ID  NAME     SIZE", "1   web      10 B", "22  虚拟  1.0 KiB"], lines);
    }

    [Fact]
    public void On_a_terminal_names_give_way_and_ids_and_sizes_do_not()
    {
        var lines = TextTable.Lines(_columns, [["0198f2ab41c0", new string('n', 100), "64.0 GiB"]], 60).ToList();
        Assert.All(lines, line => Assert.True(line.Length <= 60, line));
        Assert.StartsWith("0198f2ab41c0  nnnn", lines[1]);
        Assert.EndsWith("n…  64.0 GiB", lines[1]);
        Assert.Contains("0198f2ab41c0", TextTable.Lines(_columns, [["0198f2ab41c0", new string('n', 100), "64.0 GiB"]], 5).Last());
    }

    [Fact]
    public async Task In_a_pipe_nothing_is_folded_or_cut()
    {
        await using var scene = await Scene.SignedInAsync();
        var name = new string('n', 3000);
        scene.Server.Json("GET", Routes.Jobs, new[] { Sample.Job("running", name) });
        var run = await scene.RunAsync("job", "list");
        Assert.Equal(2, run.Lines.Length);
        Assert.Contains($"  {name}  ", run.Lines[1]);
    }

    [Fact]
    public async Task The_list_of_jobs_fits_a_terminal_of_120_columns()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs 'script'.");
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Json("GET", Routes.Jobs, new[]
        {
            Sample.Job("succeeded-with-warnings", "a-name-of-a-vm-that-somebody-made-far-too-long"), Sample.Job("running", done: 700 << 20), Sample.Job("queued"),
        });
        using var bf = BfProcess.StartOnTerminal(scene.ProfilePath, "job list");
        var lines = (await bf.EndAsync()).Out.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.All(lines[1..], line => Assert.True(line.Length <= 120, line));
        Assert.Contains("succeeded (warnings)", lines[1]);
        Assert.Contains("running 68 %", lines[2]);
        Assert.Contains("2026-03-01 12:00 +00:00", lines[3]);
    }

    [Fact]
    public async Task A_name_cannot_fake_lines_or_command_the_terminal_but_json_carries_it_unchanged()
    {
        await using var scene = await Scene.SignedInAsync();
        const string Name = "a\nb\u001b[31m\u202ec\u0007 [red]x[/] 😀";
        scene.Server.Json("GET", Routes.Vms, new[] { Sample.Vm(Name) });
        scene.Server.Json("GET", "/api/v1/vms/x", Sample.Vm(Name));
        var list = await scene.RunAsync("vm", "list");
        Assert.Equal(2, list.Lines.Length);
        Assert.StartsWith("a\uFFFDb\uFFFD[31m\uFFFDc\uFFFD [red]x[/] 😀", list.Lines[1]);
        Assert.DoesNotContain("\u001b", (await scene.RunAsync("vm", "show", "x")).Out);
        Assert.Equal(Name, (await scene.RunAsync("vm", "list", "--json")).Json()[0].GetProperty("name").GetString());
    }

    /// <summary>A zone without rules (RFC 9636, version 1), since a bare system has no zone database: one type, one name.</summary>
    private static byte[] ZoneFile(int offsetSeconds)
    {
        var file = new byte[44 + 6 + 4];
        "TZif"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(36), 1);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(40), 4);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(44), offsetSeconds);
        "ZZZ\0"u8.CopyTo(file.AsSpan(50));
        return file;
    }
}
