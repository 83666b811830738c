namespace Alphaleonis.Win32.Vss;

public sealed class VssMaximumDiffAreaAssociationsReachedException : VssException
{
    public VssMaximumDiffAreaAssociationsReachedException()
        : base("The Volume Shadow Copy Service reported: maximum diff area associations reached.")
    {
    }

    public VssMaximumDiffAreaAssociationsReachedException(string message)
        : base(message)
    {
    }

    public VssMaximumDiffAreaAssociationsReachedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
