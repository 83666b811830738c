namespace BackupFabric.Server.Placements;

/// <summary>The host that protects a VM now.</summary>
internal readonly record struct VmPlace(Guid HostId, string HostName, long Epoch);
