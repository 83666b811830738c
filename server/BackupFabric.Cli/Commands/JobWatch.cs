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
        if (!wait)
        {
            printer.Result(accepted, a => Console.Out.WriteLine($"Job {Units.Short(a.JobId)} is queued. 'bf job watch {Units.Short(a.JobId)}' follows it."));
            return ExitCode.Ok;
        }

        try
        {
            var last = printer.Live ? await WithBarAsync(server, accepted.JobId, cancellation) : await LastAsync(server, accepted.JobId, cancellation);
            printer.Result(last, Print);
            return ExitCode.OfJob(last.State);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            var id = Units.Short(accepted.JobId);
            printer.Note($"The job goes on. 'bf job watch {id}' follows it again, 'bf job cancel {id}' ends it.");
            throw;
        }
    }

    private static async Task<JobView> LastAsync(ServerClient server, Guid job, CancellationToken cancellation)
    {
        JobView? last = null;
        await foreach (var view in server.WatchAsync(job, cancellation)) last = view;
        return last!;
    }

    private static Task<JobView> WithBarAsync(ServerClient server, Guid job, CancellationToken cancellation)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("queued", maxValue: 1);
                bar.IsIndeterminate = true;
                JobView? last = null;
                await foreach (var view in server.WatchAsync(job, cancellation))
                {
                    last = view;
                    bar.Description = Markup.Escape($"{view.VmName}: {view.Phase ?? view.State}");
                    bar.IsIndeterminate = view.Progress.WorkBytes == 0;
                    if (view.Progress.WorkBytes == 0) continue;
                    bar.MaxValue = view.Progress.WorkBytes;
                    bar.Value = Math.Min(view.Progress.DoneBytes, view.Progress.WorkBytes);
                }

                return last!;
            });
    }

    public static void Print(JobView job)
    {
        Printer.Fields(
        [
            ("Job", job.Id.ToString("N")),
            ("Kind", job.Kind),
            ("VM", job.VmName),
            ("Host", job.HostName),
            ("State", job.Phase is null ? job.State : $"{job.State} ({job.Phase})"),
            ("Attempt", job.Attempt > 1 ? $"{job.Attempt}" : null),
            ("Created", Units.Time(job.CreatedAt)),
            ("Took", job is { StartedAt: { } start, EndedAt: { } end } ? Units.Span(end - start) : null),
            ("Disks", Units.Bytes(job.Figures.DiskBytes)),
            ("Read", Units.Bytes(job.Figures.ReadBytes) + (job.Figures.ChangedBytes > 0 ? $" (the guest changed {Units.Bytes(job.Figures.ChangedBytes)})" : "")),
            ("Sent", job.Kind == "backup" ? $"{Units.Bytes(job.Figures.SentBytes)} in {job.Figures.SentBlocks} blocks" : null),
            ("Written", job.Kind == "recover" ? Units.Bytes(job.Figures.WrittenBytes) : null),
            ("Resumed", job.Figures.Resumed > 0 ? $"{job.Figures.Resumed} times" : null),
            ("Recovery point", job.PointId is { } point ? Units.Short(point) : null),
            ("Recovered VM", job.RecoveredVmId?.ToString()),
            ("Problem", job.Problem is { } problem ? $"{problem.Sentence} {problem.Advice} [{problem.Code}]" : null),
        ]);
        foreach (var warning in job.Warnings) Console.Out.WriteLine($"  ! {warning.Sentence} {warning.Advice} [{warning.Code}]");
    }
}
