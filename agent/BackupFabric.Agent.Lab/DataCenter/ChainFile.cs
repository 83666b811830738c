namespace BackupFabric.Agent.Lab.DataCenter;

/// <param name="Path">Windows path on the host.</param>
/// <param name="Mark">Mark in the change log at which the file became the one the guest writes to; 0 for the attached image.</param>
internal sealed record ChainFile(string Path, int Mark);
