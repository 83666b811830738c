using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;
using Spectre.Console;

namespace BackupFabric.Cli.Commands;

/// <summary>Following a job: a bar for people, the last state for programs.</summary>
internal static class JobWatch
{
    public static Option<bool> WaitOption() => new("--wait") { Description = "Wait for the end; the exit code tells how it ended." };

    public static async Task<int> FollowAsync(ServerClient server, Printer printer, JobAccepted accepted, bool wait, CancellationToken cancellation)
    {
        var id = Units.Short(accepted.JobId);
        if (!wait)
        {
            printer.Result(accepted, _ => Printer.Line($"Job {id} is queued. 'bf job watch {id}' follows it."));
            return ExitCode.Ok;
        }

        try
        {
            var views = new JobFollower(server, WatchPatience.Default, TimeProvider.System).FollowAsync(accepted.JobId, cancellation);
            var last = printer.Live ? await WithBarAsync(views) : await views.LastAsync(cancellation);
            printer.Result(last, JobText.Print);
            return ExitCode.OfJob(last.State);
        }
        catch (OperationCanceledException interrupted) when (cancellation.IsCancellationRequested)
        {
            throw new CliProblemException("interrupted", "Interrupted; the job goes on.", $"'bf job watch {id}' follows it again, 'bf job cancel {id}' ends it.", ExitCode.Interrupted, interrupted);
        }
    }

    private static Task<JobView> WithBarAsync(IAsyncEnumerable<JobView> views)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var amount = new JobAmountColumn();
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), amount, new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("queued", maxValue: 1);
                bar.IsIndeterminate = true;
                JobView? last = null;
                await foreach (var view in views)
                {
                    last = view;
                    bar.Description = Markup.Escape(JobText.Doing(view));
                    amount.Text = JobText.Amount(view);
                    bar.IsIndeterminate = view.Progress.WorkBytes == 0;
                    if (view.Progress.WorkBytes == 0) continue;
                    bar.MaxValue = view.Progress.WorkBytes;
                    bar.Value = Math.Min(view.Progress.DoneBytes, view.Progress.WorkBytes);
                }

                return last!;
            });
    }
}
