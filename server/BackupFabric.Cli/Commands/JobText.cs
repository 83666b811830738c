using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Commands;

/// <summary>A job in words.</summary>
internal static class JobText
{
    /// <summary>A bar beside a longer name has no room on a terminal of 80 columns.</summary>
    private const int NameCells = 20;

    /// <summary>One word or two, for lists.</summary>
    public static string ShortState(JobView job) => job switch
    {
        { Ended: false, CancelRequested: true } => "being cancelled",
        { State: "running", Progress.WorkBytes: > 0 } => $"running {Units.Percent(job.Progress.DoneBytes, job.Progress.WorkBytes)} %",
        { State: "succeeded-with-warnings" } => "succeeded (warnings)",
        _ => State(job),
    };

    public static string? Took(JobView job) => job is { StartedAt: { } start, EndedAt: { } end } ? Units.Span(end - start) : null;

    /// <summary>What stands left of the bar while a job is followed.</summary>
    public static string Doing(JobView job) =>
        PlainText.Of($"{TextTable.Fit(job.VmName, NameCells)}: {(job is { Ended: false, CancelRequested: true } ? "being cancelled" : job.Phase ?? job.State)}");

    /// <summary>What stands right of it.</summary>
    public static string Amount(JobView job)
    {
        var progress = job.Progress;
        if (progress.WorkBytes == 0) return "";
        var done = $"{Units.Bytes(progress.DoneBytes)} of {Units.Bytes(progress.WorkBytes)}";
        return job.Kind == "backup" ? $"{done}, sent {Units.Bytes(progress.SentBytes)}" : done;
    }

    public static void Print(JobView job)
    {
        Printer.Fields(
        [
            ("Job", job.Id.ToString("N")),
            ("Kind", job.Kind),
            ("VM", job.VmName),
            ("Host", job.HostName),
            ("State", job is { Ended: false, CancelRequested: true } ? $"{State(job)}, being cancelled" : State(job)),
            ("Progress", job.Ended ? null : $"{Amount(job)} {job.Progress.Detail}".Trim()),
            ("Attempt", job.Attempt > 1 ? $"{job.Attempt}" : null),
            ("Created", Units.Time(job.CreatedAt)),
            ("Took", Took(job)),
            .. Figures(job),
            ("Recovery point", job.PointId is { } point ? Units.Short(point) : null),
            ("Recovered VM", job.RecoveredVmId?.ToString()),
            ("Problem", job.Problem is { } problem ? Printer.Sentences(problem) : null),
        ]);
        Printer.Warnings(job.Warnings);
    }

    private static IEnumerable<(string Name, string? Value)> Figures(JobView job)
    {
        var figures = job.Figures;
        yield return ("Disks", Units.Bytes(figures.DiskBytes));
        yield return ("Read", Units.Bytes(figures.ReadBytes) + (figures.ChangedBytes > 0 ? $" (the guest changed {Units.Bytes(figures.ChangedBytes)})" : ""));
        yield return ("Sent", job.Kind == "backup" ? $"{Units.Bytes(figures.SentBytes)} in {Count(figures.SentBlocks, "block")}" : null);
        yield return ("Written", job.Kind == "recover" ? Units.Bytes(figures.WrittenBytes) : null);
        yield return ("Resumed", figures.Resumed > 0 ? Count(figures.Resumed, "time") : null);
    }

    private static string State(JobView job) => job.Phase is null || job.Ended ? job.State : $"{job.State} ({job.Phase})";

    private static string Count(long number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
