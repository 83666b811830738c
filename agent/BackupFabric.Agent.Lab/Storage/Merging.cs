using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Disks;

namespace BackupFabric.Agent.Lab.Storage;

/// <summary>Background merges, with the events that Hyper-V writes about them.</summary>
internal static class Merging
{
    private const int Succeeded = 19080;
    private const int Failed = 19100;

    public static async Task RunAsync(LabHost host, Guid vmId, CancellationToken cancellation)
    {
        try
        {
            await ChainMerge.RunAsync(host, vmId, cancellation);
            host.LogEvent(Succeeded, $"'{vmId}' background disk merge has been finished successfully.");
        }
        catch (Exception fault) when (fault is DiskImageException or IOException or LabException)
        {
            // The document still says what is to be merged; the next start takes it up.
            host.LogEvent(Failed, $"'{vmId}' background disk merge failed to complete: {fault.Message}");
        }
    }
}
