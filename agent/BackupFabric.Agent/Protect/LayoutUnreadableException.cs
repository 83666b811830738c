namespace BackupFabric.Agent.Protect;

/// <summary>The server described the base of a disk in a way that cannot be true for it: the disk has to be read as a whole.</summary>
internal sealed class LayoutUnreadableException(int disk) : Exception($"The base of disk {disk} is described in a way that cannot be true.")
{
    public int Disk { get; } = disk;
}
