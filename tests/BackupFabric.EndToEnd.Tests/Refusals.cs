using System.Text.RegularExpressions;
using BackupFabric.Protos.Rest;
using BackupFabric.Tour.Fabric;

namespace BackupFabric.EndToEnd.Tests;

/// <summary>Wrong input and broken surroundings: a sentence that says what to do, a stable exit code, and nothing changed.</summary>
public sealed partial class Refusals(Refusals.Shared shared) : IClassFixture<Refusals.Shared>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private LabFabric Fabric => shared.Hosts.Fabric;

    [Theory]
    [InlineData("bf1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.c2VjcmV0c2VjcmV0c2VjcmV0", "authority-mismatch")]
    [InlineData("hello", "token-malformed")]
    public async Task A_wrong_token_enrols_nobody(string token, string code)
    {
        var result = await EnrolAsync(token, $"{Fabric.Address}", "HV9");
        Refused(result, code);
        Assert.DoesNotContain(await Fabric.HostsAsync(Cancellation), h => h.Name == "HV9");
    }

    [Fact]
    public async Task A_token_is_used_once()
    {
        var token = (await Fabric.BfAsync(Cancellation, "host", "token")).Expect().As<HostTokenView>().Token;
        (await EnrolAsync(token, $"{Fabric.Address}", "HV7")).Expect();
        Refused(await EnrolAsync(token, $"{Fabric.Address}", "HV8"), "token-used");
        Assert.DoesNotContain(await Fabric.HostsAsync(Cancellation), h => h.Name == "HV8");
    }

    [Fact]
    public async Task A_token_for_one_host_enrols_no_other()
    {
        var token = (await Fabric.BfAsync(Cancellation, "host", "token", "--host", "HV5")).Expect().As<HostTokenView>().Token;
        Refused(await EnrolAsync(token, $"{Fabric.Address}", "HV6"), "token-other-host");
    }

    [Fact]
    public async Task A_server_address_that_does_not_answer_is_named()
    {
        var token = (await Fabric.BfAsync(Cancellation, "host", "token")).Expect().As<HostTokenView>().Token;
        var result = await EnrolAsync(token, $"https://127.0.0.1:{LabFabric.FreePort()}", "HV9");
        Refused(result, "server-unreachable");
        Assert.Contains("127.0.0.1", result.Errors + result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_vm_point_and_host_are_not_found()
    {
        var jobs = await JobCountAsync();
        Refused(await Fabric.BfAsync(Cancellation, "backup", "no such vm"), "vm-unknown", exitCode: 4);
        Refused(await Fabric.BfAsync(Cancellation, "point", "show", "ffffffffffff"), "point-unknown", exitCode: 4);
        Refused(await Fabric.BfAsync(Cancellation, "host", "show", "nobody"), "host-unknown", exitCode: 4);
        Refused(await Fabric.BfAsync(Cancellation, "recover", "vm", $"{shared.Point:N}", "--to-host", "nobody"), "host-unknown", exitCode: 4);
        Assert.Equal(jobs, await JobCountAsync());
    }

    [Fact]
    public async Task A_recovery_over_an_existing_name_touches_nothing()
    {
        var before = await shared.Hosts.LeftoversAsync(Cancellation);
        var result = await Fabric.BfAsync(Cancellation, "recover", "vm", $"{shared.Point:N}", "--to-host", "HV1", "--wait");
        Refused(result, "vm-name-taken", exitCode: 5);
        Assert.Equal($"{before}", $"{await shared.Hosts.LeftoversAsync(Cancellation)}");
        Assert.Equal("running", (await Fabric.VmAsync(TwoHosts.Vm, Cancellation)).State);
    }

    [Fact]
    public async Task A_recovery_to_a_full_volume_is_refused_before_anything_is_written()
    {
        shared.Hosts.Faults("""{"volumes":[{"host":"HV2","volume":"C","freeBytes":1048576}]}""");
        try
        {
            JobFailed(await Fabric.BfAsync(Cancellation, "recover", "vm", $"{shared.Point:N}", "--to-host", "HV2", "--name", "too big", "--wait"), "target-disk-full");
            await shared.Hosts.UntilNothingIsLeftAsync(Cancellation);
            Assert.DoesNotContain((await Fabric.BfAsync(Cancellation, "vm", "list")).As<List<VmView>>(), v => v.Name == "too big");
        }
        finally
        {
            shared.Hosts.Faults();
        }
    }

    [Fact]
    public async Task A_damaged_image_fails_its_job_with_the_name_of_the_file()
    {
        (await Fabric.LabAsync(Cancellation, "vm", "create", "--host", "HV2", "--name", "rotten", "--size", "256M", "--used", "8M")).Expect();
        await Fabric.VmAsync("rotten", Cancellation);
        var image = Directory.EnumerateFiles(Fabric.Folder.Lab, "*.vhdx", SearchOption.AllDirectories).Single(f => f.Contains("rotten", StringComparison.Ordinal));
        await using (var file = File.Open(image, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = 192 << 10; // both copies of the region table, and what follows
            await file.WriteAsync(new byte[1 << 20], Cancellation);
        }

        var result = await Fabric.BfAsync(Cancellation, "backup", "rotten", "--wait");
        JobFailed(result, "disk-image-damaged");
        Assert.Contains(Path.GetFileName(image), result.Output, StringComparison.Ordinal);
        Assert.Empty((await Fabric.BfAsync(Cancellation, "point", "list", "--vm", "rotten")).As<List<PointView>>());
    }

    [Fact]
    public async Task A_second_backup_of_a_vm_names_the_one_that_is_running()
    {
        shared.Hosts.SlowReads(2000);
        try
        {
            var job = (await Fabric.BfAsync(Cancellation, "backup", TwoHosts.Vm, "--full")).Expect().As<JobAccepted>().JobId;
            var second = await Fabric.BfAsync(Cancellation, "backup", TwoHosts.Vm);
            Refused(second, "vm-has-job", exitCode: 5);
            Assert.Contains($"{job:N}"[..8], second.Output, StringComparison.Ordinal);
            (await Fabric.BfAsync(Cancellation, "job", "cancel", $"{job:N}")).Expect();
            Assert.Equal("cancelled", (await shared.Hosts.UntilEndedAsync(job, Cancellation)).State);
            await shared.Hosts.UntilNothingIsLeftAsync(Cancellation);
        }
        finally
        {
            shared.Hosts.Faults();
        }
    }

    [Fact]
    public async Task Nothing_answers_without_a_sign_in()
    {
        var nobody = Path.Combine(Fabric.Folder.Path, "nobody.json");
        Refused(await CommandResult.RunAsync(Fabric.Programs.Bf, ["vm", "list", "--json", "--profile", nobody], Cancellation), "not-signed-in", exitCode: 3);

        // A token that the server never gave.
        await File.WriteAllTextAsync(nobody, (await File.ReadAllTextAsync(Fabric.Folder.Profile, Cancellation)).Replace("\"token\":\"", "\"token\":\"x", StringComparison.Ordinal), Cancellation);
        Refused(await CommandResult.RunAsync(Fabric.Programs.Bf, ["vm", "list", "--json", "--profile", nobody], Cancellation), "sign-in-expired", exitCode: 3);
    }

    private Task<CommandResult> EnrolAsync(string token, string server, string name) =>
        CommandResult.RunAsync(Fabric.Programs.Agent, ["enrol", "--server", server, "--token", token, "--name", name, "--json", "--data", Fabric.Folder.Agent(name + Guid.NewGuid().ToString("N")[..4])], Cancellation);

    private async Task<int> JobCountAsync() => (await Fabric.BfAsync(Cancellation, "job", "list")).Expect().As<List<JobView>>().Count;

    private static void Refused(CommandResult result, string code, int? exitCode = null)
    {
        Assert.NotEqual(0, result.ExitCode);
        if (exitCode is { } wanted) Assert.Equal(wanted, result.ExitCode);
        IsSentence(result.Output + result.Errors, code);
    }

    private static void JobFailed(CommandResult result, string code)
    {
        Assert.True(result.ExitCode == 7, result.Output + result.Errors);
        IsSentence(result.Output, code);
        var problem = result.As<JobView>().Problem!;
        Assert.True(problem.Sentence.Length > 20 && problem.Advice.Length > 10, $"{problem}");
    }

    private static void IsSentence(string text, string code)
    {
        Assert.Contains(code, text, StringComparison.Ordinal);
        Assert.DoesNotMatch(StackTrace(), text);
    }

    [GeneratedRegex(@"^\s+at [\w.]+\(|Unhandled exception", RegexOptions.Multiline)]
    private static partial Regex StackTrace();

    /// <summary>One fabric with one recovery point for all of these: nothing here may change it.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        public TwoHosts Hosts { get; private set; } = null!;

        public Guid Point { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Hosts = await TwoHosts.StartAsync(CancellationToken.None);
            Point = (await Hosts.BackupAsync(CancellationToken.None)).PointId!.Value;
        }

        public ValueTask DisposeAsync() => Hosts.DisposeAsync();
    }
}
