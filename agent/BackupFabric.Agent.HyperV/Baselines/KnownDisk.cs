namespace BackupFabric.Agent.HyperV.Baselines;

/// <summary>A disk as it was at the checkpoint.</summary>
/// <param name="SettingIds">InstanceIDs of its setting objects: the checkpoint's and the VM's own.</param>
internal sealed record KnownDisk(string DiskKey, long Length, IReadOnlyList<string> SettingIds);
