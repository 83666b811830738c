using System.Diagnostics;

namespace BackupFabric.Bench.Measuring;

/// <summary>Wall and processor seconds of the whole process.</summary>
internal readonly record struct Cost(double Seconds, double CpuSeconds)
{
    public static Cost operator +(Cost left, Cost right) => new(left.Seconds + right.Seconds, left.CpuSeconds + right.CpuSeconds);
}

/// <summary>Runs from its start on.</summary>
internal readonly struct CostWatch
{
    private readonly long _wall;
    private readonly TimeSpan _cpu;

    private CostWatch(long wall, TimeSpan cpu) => (_wall, _cpu) = (wall, cpu);

    public Cost Cost => new(Stopwatch.GetElapsedTime(_wall).TotalSeconds, (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds);

    public static CostWatch Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
}
