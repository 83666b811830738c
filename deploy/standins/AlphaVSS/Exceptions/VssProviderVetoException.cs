namespace Alphaleonis.Win32.Vss;

public sealed class VssProviderVetoException : VssException
{
    public VssProviderVetoException()
        : base("The Volume Shadow Copy Service reported: provider veto.")
    {
    }

    public VssProviderVetoException(string message)
        : base(message)
    {
    }

    public VssProviderVetoException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
