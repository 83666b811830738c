namespace Alphaleonis.Win32.Vss;

public sealed class VssRevertInProgressException : VssException
{
    public VssRevertInProgressException()
        : base("The Volume Shadow Copy Service reported: revert in progress.")
    {
    }

    public VssRevertInProgressException(string message)
        : base(message)
    {
    }

    public VssRevertInProgressException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
