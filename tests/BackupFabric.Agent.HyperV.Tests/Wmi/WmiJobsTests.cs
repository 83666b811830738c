using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.HyperV.Wmi;

namespace BackupFabric.Agent.HyperV.Tests.Wmi;

public sealed class WmiJobsTests : IAsyncDisposable
{
    private const string Job = "Msvm_ConcreteJob.InstanceID=\"1\"";
    private readonly ScriptedWmi _wmi = new();
    private readonly HurriedTime _time = new();

    [Fact]
    public async Task A_job_is_polled_until_it_ends()
    {
        var looks = 0;
        Started();
        _wmi.OnGet = _ => JobIn(++looks < 5 ? 4 : 7);
        var outcome = await InvokeAsync();
        Assert.True(outcome.Ok);
        Assert.Equal(5, looks);
    }

    [Fact]
    public async Task Completed_with_warnings_is_completed()
    {
        Started();
        _wmi.OnGet = _ => JobIn(32768);
        Assert.True((await InvokeAsync()).Ok);
    }

    [Fact]
    public async Task A_failed_job_tells_all_its_errors_and_its_code()
    {
        _wmi.OnInvoke = (method, _) => method == "GetErrorEx"
            ? ScriptedWmi.Answer(0, ("Errors", new[] { Error("The VSS writer failed."), Error("Event 10172.") }))
            : ScriptedWmi.Answer(4096, ("Job", Job));
        _wmi.OnGet = _ => JobIn(10, ("ErrorCode", (ushort)32775), ("ErrorDescription", "only the last one"));
        var outcome = await InvokeAsync();
        Assert.Equal("The VSS writer failed. Event 10172.", outcome.Text);
        Assert.True(outcome.Busy);
    }

    [Fact]
    public async Task A_failed_job_whose_error_list_is_gone_tells_its_description()
    {
        _wmi.OnInvoke = (method, _) => method == "GetErrorEx" ? throw new WmiException(method, 0x80041002) : ScriptedWmi.Answer(4096, ("Job", Job));
        _wmi.OnGet = _ => JobIn(8, ("ErrorDescription", "it was killed"));
        var outcome = await InvokeAsync();
        Assert.Equal("it was killed", outcome.Text);
        Assert.Equal(32768u, outcome.Code);
    }

    [Fact]
    public async Task A_job_that_vanished_is_not_taken_for_a_failure_but_marked()
    {
        Started();
        var outcome = await InvokeAsync();
        Assert.True(outcome is { Ok: true, Vanished: true });
    }

    [Fact]
    public async Task A_job_that_never_ends_is_given_up_after_its_time()
    {
        Started();
        _wmi.OnGet = _ => JobIn(4);
        var outcome = await InvokeAsync();
        Assert.True(outcome.TimedOut);
        Assert.Contains("5 minutes", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_a_job_is_the_outcome()
    {
        _wmi.OnInvoke = (_, _) => ScriptedWmi.Answer(32769);
        Assert.Equal("access denied", (await InvokeAsync()).Text);
    }

    public ValueTask DisposeAsync() => _wmi.DisposeAsync();

    private void Started() => _wmi.OnInvoke = (_, _) => ScriptedWmi.Answer(4096, ("Job", Job));

    private Task<CallOutcome> InvokeAsync() =>
        new WmiJobs(_wmi, new HyperVOptions { JobTimeLimit = TimeSpan.FromMinutes(5) }, _time).InvokeAsync("Msvm_Service", "Method", TestContext.Current.CancellationToken);

    private static WmiObject JobIn(int state, params (string Name, object? Value)[] more) => ScriptedWmi.Instance("Msvm_ConcreteJob", Job, [("JobState", (ushort)state), .. more]);

    private static string Error(string message) => WmiQueries.New("Msvm_Error", ("Message", message)).ToCimXml();
}
