using System.Globalization;
using System.Text.Json;
using BackupFabric.Protos.Rest;
using Spectre.Console;

namespace BackupFabric.Tour.Story;

/// <summary>What the tour saw, as figures; and what had to hold.</summary>
internal sealed class TourReport
{
    private readonly Dictionary<string, object> _figures = [];
    private readonly List<(string Promise, bool Held)> _promises = [];

    public bool EverythingHeld => _promises.All(p => p.Held);

    public void Took(string key, TimeSpan time) => _figures["seconds_" + key] = Math.Round(time.TotalSeconds, 2);

    public void Initial(JobView job)
    {
        _figures["disk_bytes"] = job.Figures.DiskBytes;
        _figures["initial_read_bytes"] = job.Figures.ReadBytes;
        _figures["initial_sent_bytes"] = job.Figures.SentBytes;
    }

    public void GuestChanged(long bytes, long bytesInClusters)
    {
        _figures["guest_changed_bytes"] = bytes;
        _figures["guest_changed_cluster_bytes"] = bytesInClusters;
    }

    public void Synchronized(JobView job, PointView point)
    {
        _figures["sync_read_bytes"] = job.Figures.ReadBytes;
        _figures["sync_sent_bytes"] = job.Figures.SentBytes;
        _figures["sync_tracked_bytes"] = job.Figures.ChangedBytes;
        _figures["consistency"] = point.Consistency;
        _promises.Add(("the synchronization read less than the first copy", job.Figures.ReadBytes < Number("initial_read_bytes")));
        _promises.Add(("the recovery point is application-consistent", point.Consistency == "application"));
    }

    public void Unchanged(JobView job)
    {
        _figures["unchanged_read_bytes"] = job.Figures.ReadBytes;
        _figures["unchanged_sent_bytes"] = job.Figures.SentBytes;
        _promises.Add(("the unchanged VM sent nothing but a manifest", job.Figures.SentBytes == 0));
    }

    public void Recovered(JobView job) => _figures["restored_bytes_written"] = job.Figures.WrittenBytes;

    public void Verified(bool identical, string host)
    {
        _figures["restored_identical"] = identical;
        _figures["restored_host"] = host;
        _promises.Add(("the recovered disk is the same, byte for byte", identical));
    }

    public void Leftovers(int checkpoints, int planned)
    {
        _figures["leftover_checkpoints"] = checkpoints;
        _figures["leftover_planned_systems"] = planned;
        _promises.Add(("no checkpoint and no half-made VM was left on a host", checkpoints == 0 && planned == 0));
    }

    public string ToJson() => JsonSerializer.Serialize(_figures.Append(new("everything_held", EverythingHeld)).ToDictionary());

    /// <summary>The table; on standard error when standard output is for a program.</summary>
    public void Print(bool json)
    {
        var redirected = json ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(json ? Console.Error : Console.Out),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        var table = new Table().Border(TableBorder.Rounded).AddColumn("").AddColumn(new TableColumn("Read").RightAligned()).AddColumn(new TableColumn("Sent").RightAligned()).AddColumn(new TableColumn("Took").RightAligned());
        table.Title = new TableTitle($"One VM, {Bytes("disk_bytes")} disk, {_figures["consistency"]}-consistent");
        table.AddRow("Initial replication", Bytes("initial_read_bytes"), Bytes("initial_sent_bytes"), Seconds("initial"));
        table.AddRow($"Synchronization (the guest changed {Bytes("guest_changed_bytes")})", Bytes("sync_read_bytes"), Bytes("sync_sent_bytes"), Seconds("sync"));
        table.AddRow("Synchronization, nothing changed", Bytes("unchanged_read_bytes"), Bytes("unchanged_sent_bytes"), Seconds("unchanged"));
        table.AddRow($"Recovery to {_figures["restored_host"]}", "", Bytes("restored_bytes_written"), Seconds("restore"));
        console.Write(table);
        foreach (var (promise, held) in _promises) console.MarkupLine($"  {(held ? "[green]held  [/]" : "[red]BROKEN[/]")} {Markup.Escape(promise)}");
    }

    private long Number(string key) => Convert.ToInt64(_figures[key], CultureInfo.InvariantCulture);

    private string Seconds(string key) => string.Create(CultureInfo.InvariantCulture, $"{(double)_figures["seconds_" + key]:0.0} s");

    private string Bytes(string key)
    {
        double value = Number(key);
        return value < 1 << 20
            ? string.Create(CultureInfo.InvariantCulture, $"{value / 1024:0.#} KiB")
            : value < 1 << 30 ? string.Create(CultureInfo.InvariantCulture, $"{value / (1 << 20):0.0} MiB") : string.Create(CultureInfo.InvariantCulture, $"{value / (1L << 30):0.0} GiB");
    }
}
