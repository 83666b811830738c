using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Tests.Running;

internal static class Sample
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Guid JobId = new("0198f2ab-41c0-7d00-8000-000000000001");
    public static readonly Guid VmId = new("11111111-2222-3333-4444-555555555555");
    public static readonly Guid PointId = new("0198f2ab-41c0-7d00-8000-0000000000aa");
    public static readonly ProblemView Problem = new("disk-unreadable", "Disk 'a.vhdx' cannot be read.", "Check the volume.", "later");

    public static HostView Host(string name = "hv-01") =>
        new(Guid.Empty, name, "online", "0.1.0", "Windows Server 2025", "Hyper-V 10.0", Noon, Noon.AddMinutes(5), Noon.AddDays(30), 3);

    public static VmView Vm(string name = "web-01") =>
        new(VmId, name, "running", Guid.Empty, "hv-01", 4, 2, "10.0", "Windows", "none",
            [new VmDiskView(@"C:\VMs\web-01.vhdx", "SCSI 0:0", 64L << 30, "disk-1", "incremental")], ["Checkpoints of others exist."], 7, Noon);

    public static PointView Point(string vm = "web-01") =>
        new(PointId, VmId, vm, Noon, "application", "hv-01", 64L << 30, 3L << 20, [new PointDiskView("disk-1", "SCSI 0:0", "web-01.vhdx", 64L << 30)], []);

    public static JobView Job(string state, string vm = "web-01", long done = 0, string kind = "backup") =>
        new(JobId, kind, state, state == "running" ? "reading" : null, VmId, vm, "hv-01", 1, Noon, Noon.AddSeconds(1),
            state is "queued" or "running" or "waiting" ? null : Noon.AddSeconds(13.5), new JobProgressView(done, 1L << 30, done, done / 2, null),
            new JobFiguresView(64L << 30, 2L << 30, 1L << 20, 40, 20, 3L << 20, 0, 0), state == "failed" ? Problem : null,
            state == "succeeded-with-warnings" ? [Problem] : [], state.StartsWith("succeeded", StringComparison.Ordinal) ? PointId : null, null, false);
}
