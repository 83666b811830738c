using BackupFabric.Agent.HyperV.Seams;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.HyperV.Configuration;

/// <summary>The agent's own folders on the host, one for each job.</summary>
internal sealed class WorkFolders(IHostFiles files, HyperVOptions options, ILogger logger)
{
    public string For(Guid jobId) => HostPath.Join(options.WorkFolder, "export-" + jobId.ToString("N"));

    public string NewImport() => HostPath.Join(options.WorkFolder, "import-" + Guid.NewGuid().ToString("N"));

    /// <summary>Only folders below our own: a journal entry is no licence to delete anything else.</summary>
    public void Remove(string folder)
    {
        if (!HostPath.IsBelow(options.WorkFolder, folder)) return;
        try
        {
            files.DeleteFolder(folder);
        }
        catch (IOException e)
        {
            logger.WorkFolderStays(e, folder);
        }
        catch (UnauthorizedAccessException e)
        {
            logger.WorkFolderStays(e, folder);
        }
    }
}
