using BackupFabric.Cli.Output;
using Spectre.Console;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>A bar on a terminal while something long runs; nothing where nobody looks.</summary>
internal static class StoreProgress
{
    public static Task<T> RunAsync<T, TProgress>(Printer printer, string what, Func<TProgress, StoreStep> step, Func<IProgress<TProgress>?, Task<T>> act) =>
        printer.Live ? WithBarAsync(what, step, act) : act(null);

    private static Task<T> WithBarAsync<T, TProgress>(string what, Func<TProgress, StoreStep> step, Func<IProgress<TProgress>?, Task<T>> act)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var amount = new JobAmountColumn();
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), amount, new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask(what, maxValue: 1);
                task.IsIndeterminate = true;
                return act(new Bar<TProgress>(task, amount, step));
            });
    }

    private sealed class Bar<TProgress>(ProgressTask task, JobAmountColumn amount, Func<TProgress, StoreStep> step) : IProgress<TProgress>
    {
        public void Report(TProgress value)
        {
            var now = step(value);
            lock (task)
            {
                if (task.Description != now.What) (task.Description, task.Value) = (now.What, 0);
                task.IsIndeterminate = now.Total <= 0;
                if (now.Total <= 0) return;
                task.MaxValue = now.Total;
                task.Value = Math.Max(task.Value, Math.Min(now.Done, now.Total));
                amount.Text = now.Amount;
            }
        }
    }
}
