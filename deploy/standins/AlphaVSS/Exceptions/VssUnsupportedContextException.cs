namespace Alphaleonis.Win32.Vss;

public sealed class VssUnsupportedContextException : VssException
{
    public VssUnsupportedContextException()
        : base("The Volume Shadow Copy Service reported: unsupported context.")
    {
    }

    public VssUnsupportedContextException(string message)
        : base(message)
    {
    }

    public VssUnsupportedContextException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
