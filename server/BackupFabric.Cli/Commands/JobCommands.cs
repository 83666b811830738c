using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>`bf job`: what runs, ran and failed.</summary>
internal static class JobCommands
{
    public static Command Create(BfCommand bf) => new("job", "Jobs: what runs, ran and failed.") { List(bf), Show(bf), Watch(bf), Cancel(bf) };

    private static Argument<string> JobArgument() => new("job") { Description = "Id or its beginning." };

    private static Command List(BfCommand bf)
    {
        var state = new Option<string?>("--state") { Description = "Only jobs in this state.", HelpName = "STATE" };
        state.AcceptOnlyFromAmong("queued", "waiting", "running", "succeeded", "succeeded-with-warnings", "failed", "cancelled");
        var vm = new Option<string?>("--vm") { Description = "Only of this VM: name or id.", HelpName = "VM" };
        var limit = new Option<int>("--limit") { Description = "At most so many (1 to 1000).", DefaultValueFactory = _ => 50 }.Within(1, 1000);
        var command = new Command("list", "List jobs, newest first.") { state, vm, limit };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var query = $"?limit={parsed.GetValue(limit)}";
            if (parsed.GetValue(state) is { } inState) query += "&state=" + inState;
            if (parsed.GetValue(vm) is { } of) query += "&vm=" + Uri.EscapeDataString(of);
            var jobs = await server.GetAsync<List<JobView>>(Routes.Jobs + query, cancellation);
            printer.List(jobs, query.Contains('&', StringComparison.Ordinal) ? "No such jobs. 'bf job list' without conditions shows all." : "No jobs yet. 'bf backup VM' starts one.",
                [new("Job"), new("Kind"), new("VM", MayShrink: true), new("State"), new("Host", MayShrink: true), new("Created"), new("Took", Right: true), new("Sent", Right: true)], Row);
            return ExitCode.Ok;
        });
        return command;
    }

    private static IReadOnlyList<string> Row(JobView job) =>
    [
        Units.Short(job.Id), job.Kind, job.VmName, JobText.ShortState(job), job.HostName ?? "-", Units.Minute(job.CreatedAt), JobText.Took(job) ?? "-", Units.Bytes(job.Figures.SentBytes),
    ];

    private static Command Show(BfCommand bf)
    {
        var job = JobArgument();
        var command = new Command("show", "Show one job.") { job };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var view = await server.GetAsync<JobView>(ServerClient.Path(Routes.Job, parsed.GetRequiredValue(job)), cancellation);
            printer.Result(view, JobText.Print);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Watch(BfCommand bf)
    {
        var job = JobArgument();
        var command = new Command("watch", "Follow a job to its end; the exit code tells how it ended.") { job };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var view = await server.GetAsync<JobView>(ServerClient.Path(Routes.Job, parsed.GetRequiredValue(job)), cancellation);
            return await JobWatch.FollowAsync(server, printer, new JobAccepted(view.Id), wait: true, cancellation);
        });
        return command;
    }

    private static Command Cancel(BfCommand bf)
    {
        var job = JobArgument();
        var command = new Command("cancel", "Cancel a job; what it made on the host is removed, what it stored stays for the next one.") { job };
        bf.OnRun(command, async (parsed, server, printer, cancellation) =>
        {
            var view = await server.PostAsync<JobView>(ServerClient.Path(Routes.JobCancel, parsed.GetRequiredValue(job)), null, cancellation);
            printer.Result(view, v => Printer.Line(v.Ended ? $"Job {Units.Short(v.Id)} is {v.State}." : $"Job {Units.Short(v.Id)} is being cancelled."));
            return ExitCode.Ok;
        });
        return command;
    }
}
