namespace Alphaleonis.Win32.Vss;

public sealed class VssSnapshotSetInProgressException : VssException
{
    public VssSnapshotSetInProgressException()
        : base("The Volume Shadow Copy Service reported: snapshot set in progress.")
    {
    }

    public VssSnapshotSetInProgressException(string message)
        : base(message)
    {
    }

    public VssSnapshotSetInProgressException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
