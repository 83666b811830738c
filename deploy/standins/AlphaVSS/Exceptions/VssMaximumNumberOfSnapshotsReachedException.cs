namespace Alphaleonis.Win32.Vss;

public sealed class VssMaximumNumberOfSnapshotsReachedException : VssException
{
    public VssMaximumNumberOfSnapshotsReachedException()
        : base("The Volume Shadow Copy Service reported: maximum number of snapshots reached.")
    {
    }

    public VssMaximumNumberOfSnapshotsReachedException(string message)
        : base(message)
    {
    }

    public VssMaximumNumberOfSnapshotsReachedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
