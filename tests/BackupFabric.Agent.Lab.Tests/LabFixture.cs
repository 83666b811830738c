using System.Diagnostics;
using BackupFabric.Agent.HyperV.Seams;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Faults;
using BackupFabric.Agent.Lab.Machines;

namespace BackupFabric.Agent.Lab.Tests;

/// <summary>A lab in a folder of its own, and processes that work in it.</summary>
internal sealed class LabFixture : IDisposable
{
    private readonly List<Process> _processes = [];

    public LabFixture(string os = "Windows Server 2022")
    {
        Dir = Path.Combine(Path.GetTempPath(), $"bf-lab-{Guid.NewGuid():n}");
        Lab = LabFolder.Create(Dir);
        Host = Lab.AddHost("HV1", WindowsVersion.Parse(os), TimeProvider.System);
        Other = Lab.AddHost("HV2", WindowsVersion.Parse(os), TimeProvider.System);
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Dir { get; }

    public LabFolder Lab { get; }

    public LabHost Host { get; }

    public LabHost Other { get; }

    public async Task<VmDocument> VmAsync(string name = "web", long size = 256L << 20, long used = 32L << 20, ulong seed = 7, int disks = 1)
    {
        VmDocument vm = await VmBuilder.CreateAsync(
            Host,
            new(name, 2, 2, 2048, [.. Enumerable.Range(0, disks).Select(i => new NewDisk(null, size, used, seed + (ulong)i))], true, "Windows Server 2022 Datacenter"),
            null,
            Cancellation);
        vm = Host.FindVm(vm.Id)!;
        vm.Running = true;
        Host.Save(vm);
        return vm;
    }

    public HostSeams Open(string host = "HV1") => LabHostSeams.Open(Dir, host);

    public void Fault(FaultDocument faults) => LabJson.Replace(Lab.FaultsFile, faults, LabJson.Default.FaultDocument);

    /// <summary>bf-lab in a process of its own.</summary>
    public Process Start(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])["exec", typeof(LabHostSeams).Assembly.Location, .. arguments, "--dir", Dir])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }

    public async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        Process process = Start(arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(Cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, output, await error);
    }

    /// <summary>Waits for what another process or a background task brings about.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(2), $"In two minutes it did not come to pass that {what}.");
            await timer.WaitForNextTickAsync(Cancellation);
        }
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(Dir, recursive: true);
    }
}
