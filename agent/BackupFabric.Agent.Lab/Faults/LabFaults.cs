using BackupFabric.Agent.Lab.DataCenter;

namespace BackupFabric.Agent.Lab.Faults;

/// <summary>The faults that hold for one host.</summary>
internal sealed class LabFaults(LabFolder lab, string host, TimeProvider time)
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(50);
    private static readonly FaultDocument None = new();

    private FaultDocument _document = None;
    private long _readAt = -1;

    public long? FreeBytes(string volume) =>
        Current().Volumes.FirstOrDefault(v => OfHost(v.Host) && v.Volume.Equals(volume, StringComparison.OrdinalIgnoreCase))?.FreeBytes;

    public ReadFault? Read(string path) =>
        Current().Reads.FirstOrDefault(r => OfHost(r.Host) && (r.Path is null || path.Contains(r.Path, StringComparison.OrdinalIgnoreCase)));

    public WriteFault? Write(string path) =>
        Current().Writes.FirstOrDefault(w => OfHost(w.Host) && (w.Path is null || path.Contains(w.Path, StringComparison.OrdinalIgnoreCase)));

    public TrackingFault? Tracking(VmDocument vm) => Current().Tracking.FirstOrDefault(t => OfVm(t.Vm, vm));

    /// <summary>The fault that this call meets, counted down.</summary>
    public async Task<MethodFault?> TakeAsync(string method, VmDocument? vm, int? consistencyLevel, CancellationToken cancellation)
    {
        if (!Current(fresh: true).Methods.Any(Matches))
            return null;
        using FileLock held = await FileLock.TakeAsync(lab.FaultsFile + ".lock", cancellation);
        FaultDocument document = Current(fresh: true);
        MethodFault? fault = document.Methods.FirstOrDefault(Matches);
        if (fault?.Times is { } times)
        {
            fault.Times = times - 1;
            LabJson.Replace(lab.FaultsFile, document, LabJson.Default.FaultDocument);
        }

        return fault;

        bool Matches(MethodFault f) =>
            f.Method.Equals(method, StringComparison.OrdinalIgnoreCase)
            && OfHost(f.Host)
            && (f.Vm is null || (vm is not null && OfVm(f.Vm, vm)))
            && (f.ConsistencyLevel is null || f.ConsistencyLevel == consistencyLevel)
            && f.Times is null or > 0;
    }

    /// <summary>Waits here as long as a fault says so; a test kills the process meanwhile.</summary>
    public async Task PassAsync(string point, CancellationToken cancellation)
    {
        if (!Holds())
            return;
        string mark = Path.Combine(lab.Path, "paused", $"{host}.{point}");
        Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
        await File.WriteAllTextAsync(mark, Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellation);
        try
        {
            while (Holds())
                await Task.Delay(PollPeriod, time, cancellation);
        }
        finally
        {
            File.Delete(mark);
        }

        bool Holds() => Current(fresh: true).Pauses.Any(p => p.Point.Equals(point, StringComparison.OrdinalIgnoreCase) && OfHost(p.Host));
    }

    private bool OfHost(string? name) => name is null || name.Equals(host, StringComparison.OrdinalIgnoreCase);

    private static bool OfVm(string? name, VmDocument vm) =>
        name is null || name.Equals(vm.Settings.Name, StringComparison.OrdinalIgnoreCase) || (Guid.TryParse(name, out Guid id) && id == vm.Id);

    private FaultDocument Current(bool fresh = false)
    {
        if (!fresh && _readAt >= 0 && time.GetElapsedTime(_readAt) < Freshness)
            return _document;
        _document = LabJson.Read(lab.FaultsFile, LabJson.Default.FaultDocument) ?? None;
        _readAt = time.GetTimestamp();
        return _document;
    }
}
