using System.CommandLine;
using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;
using Spectre.Console;

namespace BackupFabric.Cli.Commands;

/// <summary>Following a job: a bar for people, the last state for programs.</summary>
internal static class JobWatch
{
    /// <summary>On a narrower terminal the figures would break the line, and the bar with it.</summary>
    private const int ColumnsForAll = 78;

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
        var what = new TaskDescriptionColumn { Alignment = Justify.Left };
        var (bar, percentage, amount) = (new ProgressBarColumn(), new PercentageColumn(), new JobAmountColumn());
        return console.Progress()
            .AutoClear(true)
            .Columns(console.Profile.Width < ColumnsForAll ? [what, bar, percentage] : [what, bar, percentage, amount, new RemainingTimeColumn()])
            .StartAsync(async context =>
            {
                var task = context.AddTask("queued", maxValue: 1);
                task.IsIndeterminate = true;
                JobView? last = null;
                await foreach (var view in views)
                {
                    last = view;
                    task.Description = Markup.Escape(JobText.Doing(view));
                    amount.Text = JobText.Amount(view);
                    task.IsIndeterminate = view.Progress.WorkBytes == 0;
                    if (view.Progress.WorkBytes == 0) continue;
                    task.MaxValue = view.Progress.WorkBytes;
                    task.Value = Math.Min(view.Progress.DoneBytes, view.Progress.WorkBytes);
                }

                return last!;
            });
    }
}
