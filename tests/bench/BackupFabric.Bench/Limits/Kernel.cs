namespace BackupFabric.Bench.Limits;

/// <summary>One thing that is done to every block, measured alone. A worker has its own state;</summary>
internal sealed record Kernel(string Name, Func<KernelWorker> NewWorker);

/// <summary>Goes over the blocks [from, to) of the sample; returns plain bytes.</summary>
internal delegate long KernelWorker(BlockSample sample, int from, int to);

/// <param name="OneThread">Plain bytes per second of one thread.</param>
/// <param name="PerCpuSecond">Plain bytes per processor second, all processors at work.</param>
/// <param name="AllProcessors">Plain bytes per second with a thread for each processor.</param>
/// <param name="Spread">Slowest to fastest repetition of one thread, as a share of the median.</param>
internal sealed record KernelResult(string Name, double OneThread, double AllProcessors, double PerCpuSecond, double Spread);
