namespace Alphaleonis.Win32.Vss;

public sealed class VssHoldWritesTimeoutException : VssException
{
    public VssHoldWritesTimeoutException()
        : base("The Volume Shadow Copy Service reported: hold writes timeout.")
    {
    }

    public VssHoldWritesTimeoutException(string message)
        : base(message)
    {
    }

    public VssHoldWritesTimeoutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
