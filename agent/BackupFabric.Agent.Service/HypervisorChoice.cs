using BackupFabric.Agent.HyperV;
using BackupFabric.Agent.Lab;
using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Ports;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Agent.Service;

/// <summary>What the agent works on: this machine, or a host of the lab.</summary>
internal static class HypervisorChoice
{
    public static IHypervisor Open(string? labFolder, string? labHost, ILoggerFactory logs)
    {
        if (labFolder is null || labHost is null) throw NotSupported();
        try
        {
            var seams = LabHostSeams.Open(labFolder, labHost);
            return new HyperVHypervisor(seams, new HyperVOptions(), TimeProvider.System, logs.CreateLogger<HyperVHypervisor>());
        }
        catch (LabException failure)
        {
            throw new ProblemException(failure.Code, failure.Message, failure.Advice, RetryClass.AfterOperatorActs, failure);
        }
    }

    private static ProblemException NotSupported() => new(
        "platform-not-supported",
        OperatingSystem.IsWindows()
            ? "This version of the agent does not yet work on Hyper-V of a real Windows host."
            : "This machine is no Hyper-V host: Hyper-V runs on Windows.",
        "Use --lab FOLDER --host NAME to work on a host of the lab.",
        RetryClass.AfterOperatorActs);
}
