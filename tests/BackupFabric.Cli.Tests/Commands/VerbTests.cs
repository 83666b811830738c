using System.Text.Json;
using BackupFabric.Cli.Tests.Running;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Tests.Commands;

/// <summary>Every verb: one JSON document for programs, sentences and lists for people.</summary>
public sealed class VerbTests
{
    public static TheoryData<string> Verbs =>
    [
        "host token --host hv-01", "host list", "host show hv-01", "host revoke hv-01", "vm list", "vm show web-01", "backup web-01", "backup web-01 --wait",
        "job list", "job show 0198f2ab41c0", "job watch 0198f2ab41c0", "job cancel 0198f2ab41c0", "point list", "point show 0198f2ab41c0",
        "recover vm 0198f2ab41c0 --to-host hv-02", "recover vm 0198f2ab41c0 --to-host hv-02 --wait",
    ];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task With_json_a_verb_prints_one_document_and_nothing_else(string verb)
    {
        await using var scene = await WorkingAsync();
        var run = await scene.RunAsync([.. verb.Split(' '), "--json"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(run.Json().ValueKind, (JsonValueKind[])[JsonValueKind.Object, JsonValueKind.Array]);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Without_json_a_verb_speaks_to_people(string verb)
    {
        await using var scene = await WorkingAsync();
        var run = await scene.RunAsync(verb.Split(' '));
        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Lines);
        Assert.DoesNotContain("{", run.Out);
        Assert.DoesNotContain("\u001b", run.Out + run.Error);
        Assert.All(run.Lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public async Task What_json_carries_is_what_the_server_said()
    {
        await using var scene = await WorkingAsync();
        var job = JsonSerializer.Deserialize<JobView>((await scene.RunAsync("job", "show", "0198f2ab41c0", "--json")).Out, JsonSerializerOptions.Web)!;
        var expected = Sample.Job("succeeded");
        Assert.Equal(expected with { Warnings = job.Warnings }, job);
    }

    [Fact]
    public async Task A_backup_carries_its_conditions()
    {
        await using var scene = await WorkingAsync();
        await scene.RunAsync("backup", "web-01", "--full", "--consistency", "crash-accepted");
        Assert.Equal("""{"contract":"crash-accepted","full":true}""", scene.Server.Seen.Last().Body);
    }

    [Fact]
    public async Task A_recovery_carries_the_full_id_of_the_point_and_where_to()
    {
        await using var scene = await WorkingAsync();
        await scene.RunAsync("recover", "vm", "0198f2ab41c0", "--to-host", "hv 02", "--name", "Ω \"quoted\"", "--path", @"D:\VMs");
        var asked = JsonSerializer.Deserialize<RecoverVmRequest>(scene.Server.Seen.Last().Body, JsonSerializerOptions.Web);
        Assert.Equal(new RecoverVmRequest(Sample.PointId, "hv 02", "Ω \"quoted\"", @"D:\VMs"), asked);
    }

    [Fact]
    public async Task A_token_stands_alone_on_standard_output_for_scripts()
    {
        await using var scene = await WorkingAsync();
        var run = await scene.RunAsync("host", "token");
        Assert.Equal("bf1-abc\n", run.Out);
        Assert.Contains("bf-agent enrol --server https://backup:7443 --token bf1-abc", run.Error);
    }

    [Theory]
    [InlineData("host list", Routes.Hosts, "No hosts yet. 'bf host token'")]
    [InlineData("vm list", Routes.Vms, "No virtual machines yet.")]
    [InlineData("job list", Routes.Jobs, "No jobs yet. 'bf backup VM'")]
    [InlineData("job list --state failed", Routes.Jobs, "No such jobs.")]
    [InlineData("point list", Routes.Points, "No recovery points yet. 'bf backup VM'")]
    [InlineData("point list --vm web-01", Routes.Points, "No recovery points of 'web-01' yet.")]
    public async Task An_empty_list_says_the_next_step_to_people_and_nothing_to_programs(string verb, string route, string said)
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Text("GET", route, "[]", type: "application/json");
        var run = await scene.RunAsync(verb.Split(' '));
        Assert.Equal((0, ""), (run.ExitCode, run.Out));
        Assert.StartsWith(said, run.Error);
        Assert.Equal(0, (await scene.RunAsync([.. verb.Split(' '), "--json"])).Json().GetArrayLength());
    }

    [Fact]
    public async Task A_failed_job_is_shown_with_its_problem_and_advice()
    {
        await using var scene = await WorkingAsync();
        scene.Server.Json("GET", "/api/v1/jobs/0198f2ab41c0", Sample.Job("failed"));
        var run = await scene.RunAsync("job", "show", "0198f2ab41c0");
        Assert.Contains("Disk 'a.vhdx' cannot be read. Check the volume. [disk-unreadable]", run.Out);
        Assert.Matches(@"(?m)^Created: +2026-03-01 12:00:00 \+00:00$", run.Out);
        Assert.Contains("12.5 s", run.Out);
    }

    private static async Task<Scene> WorkingAsync()
    {
        var scene = await Scene.SignedInAsync();
        var server = scene.Server;
        server.Json("POST", Routes.HostToken, new HostTokenView("bf1-abc", Sample.Noon, "https://backup:7443"));
        server.Json("GET", Routes.Hosts, new[] { Sample.Host() });
        server.Json("GET", "/api/v1/hosts/hv-01", Sample.Host());
        server.Json("DELETE", "/api/v1/hosts/hv-01", Sample.Host());
        server.Json("GET", Routes.Vms, new[] { Sample.Vm() });
        server.Json("GET", "/api/v1/vms/web-01", Sample.Vm());
        server.Json("POST", "/api/v1/vms/web-01/backup", new JobAccepted(Sample.JobId), 202);
        server.Json("GET", Routes.Jobs, new[] { Sample.Job("succeeded"), Sample.Job("running", done: 1 << 20), Sample.Job("queued") });
        server.Json("GET", "/api/v1/jobs/0198f2ab41c0", Sample.Job("succeeded"));
        server.Json("POST", "/api/v1/jobs/0198f2ab41c0/cancel", Sample.Job("running") with { CancelRequested = true });
        server.Events(Sample.JobId, stream => stream.SendAsync(Sample.Job("succeeded")));
        server.Json("GET", Routes.Points, new[] { Sample.Point() });
        server.Json("GET", "/api/v1/points/0198f2ab41c0", Sample.Point());
        server.Json("POST", Routes.RecoverVm, new JobAccepted(Sample.JobId), 202);
        return scene;
    }
}
