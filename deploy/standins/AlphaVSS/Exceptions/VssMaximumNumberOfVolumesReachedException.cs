namespace Alphaleonis.Win32.Vss;

public sealed class VssMaximumNumberOfVolumesReachedException : VssException
{
    public VssMaximumNumberOfVolumesReachedException()
        : base("The Volume Shadow Copy Service reported: maximum number of volumes reached.")
    {
    }

    public VssMaximumNumberOfVolumesReachedException(string message)
        : base(message)
    {
    }

    public VssMaximumNumberOfVolumesReachedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
