namespace Alphaleonis.Win32.Vss;

public sealed class VssProviderNotRegisteredException : VssException
{
    public VssProviderNotRegisteredException()
        : base("The Volume Shadow Copy Service reported: provider not registered.")
    {
    }

    public VssProviderNotRegisteredException(string message)
        : base(message)
    {
    }

    public VssProviderNotRegisteredException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
