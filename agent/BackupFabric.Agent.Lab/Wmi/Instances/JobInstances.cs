using BackupFabric.Agent.Lab.DataCenter;
using BackupFabric.Agent.Lab.Wmi.Jobs;

namespace BackupFabric.Agent.Lab.Wmi.Instances;

/// <summary>Jobs and what they affect.</summary>
internal static class JobInstances
{
    private const ushort Create = 5;

    public static void Add(InstanceGraph graph, HostSnapshot snapshot)
    {
        foreach (LabJob job in snapshot.Jobs)
        {
            string path = graph.Add("Msvm_ConcreteJob", [("InstanceID", SettingIds.Guid(job.Id))], new()
            {
                ["InstanceID"] = SettingIds.Guid(job.Id),
                ["Name"] = "Msvm_ConcreteJob",
                ["Caption"] = job.Caption,
                ["ElementName"] = job.Caption,
                ["Description"] = job.Caption,
                ["JobState"] = job.State,
                ["JobStatus"] = job.State switch { LabJob.Running => "Job is running", LabJob.Completed => "Job is completed successfully", _ => job.ErrorDescription },
                ["JobType"] = job.Type,
                ["PercentComplete"] = job.Percent,
                ["ErrorCode"] = job.ErrorCode,
                ["ErrorDescription"] = job.ErrorDescription,
                ["ErrorSummaryDescription"] = job.ErrorDescription,
                ["Status"] = job.State == LabJob.Exception ? "Error" : "OK",
                ["OperationalStatus"] = new ushort[] { 2 },
                ["HealthState"] = (ushort)5,
                ["Cancellable"] = false,
                ["DeleteOnCompletion"] = true,
                ["StartTime"] = Dmtf.Time(job.Started),
                ["ElapsedTime"] = Dmtf.Interval((job.Ended ?? snapshot.Now) - job.Started),
                ["TimeBeforeRemoval"] = Dmtf.Interval(TimeSpan.FromMinutes(5)),
                ["TimeOfLastStateChange"] = Dmtf.Time(job.Ended ?? job.Started),
            });
            foreach (string affected in job.Affected)
            {
                graph.Associate(
                    "Msvm_AffectedJobElement", ("AffectingElement", path), ("AffectedElement", affected), ("ElementEffects", new[] { Create }));
            }
        }
    }
}
