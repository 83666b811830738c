using BackupFabric.Cli.Output;
using Spectre.Console;

namespace BackupFabric.Cli.Commands.Store;

/// <summary>A bar on a terminal while something long runs; nothing where nobody looks.</summary>
internal static class StoreProgress
{
    public static Task<T> RunAsync<T, TProgress>(Printer printer, string what, Func<TProgress, (long Done, long Total)> amounts, Func<IProgress<TProgress>?, Task<T>> act) =>
        printer.Live ? WithBarAsync(what, amounts, act) : act(null);

    private static Task<T> WithBarAsync<T, TProgress>(string what, Func<TProgress, (long Done, long Total)> amounts, Func<IProgress<TProgress>?, Task<T>> act)
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
                return act(new Bar<TProgress>(task, amount, amounts));
            });
    }

    private sealed class Bar<TProgress>(ProgressTask task, JobAmountColumn amount, Func<TProgress, (long Done, long Total)> amounts) : IProgress<TProgress>
    {
        public void Report(TProgress value)
        {
            var (done, total) = amounts(value);
            lock (task)
            {
                task.IsIndeterminate = total <= 0;
                if (total <= 0) return;
                task.MaxValue = total;
                task.Value = Math.Max(task.Value, Math.Min(done, total));
                amount.Text = $"{Units.Bytes(done)} of {Units.Bytes(total)}";
            }
        }
    }
}
