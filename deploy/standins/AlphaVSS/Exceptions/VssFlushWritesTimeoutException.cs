namespace Alphaleonis.Win32.Vss;

public sealed class VssFlushWritesTimeoutException : VssException
{
    public VssFlushWritesTimeoutException()
        : base("The Volume Shadow Copy Service reported: flush writes timeout.")
    {
    }

    public VssFlushWritesTimeoutException(string message)
        : base(message)
    {
    }

    public VssFlushWritesTimeoutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
