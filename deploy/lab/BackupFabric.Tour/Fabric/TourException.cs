namespace BackupFabric.Tour.Fabric;

/// <summary>A sentence for whoever runs the tour.</summary>
public sealed class TourException(string sentence, int exitCode = 1) : Exception(sentence)
{
    public int ExitCode { get; } = exitCode;
}
