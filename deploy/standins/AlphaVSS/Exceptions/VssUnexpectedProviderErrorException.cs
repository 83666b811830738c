namespace Alphaleonis.Win32.Vss;

public sealed class VssUnexpectedProviderErrorException : VssException
{
    public VssUnexpectedProviderErrorException()
        : base("The Volume Shadow Copy Service reported: unexpected provider error.")
    {
    }

    public VssUnexpectedProviderErrorException(string message)
        : base(message)
    {
    }

    public VssUnexpectedProviderErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
