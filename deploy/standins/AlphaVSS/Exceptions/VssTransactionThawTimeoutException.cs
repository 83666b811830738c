namespace Alphaleonis.Win32.Vss;

public sealed class VssTransactionThawTimeoutException : VssException
{
    public VssTransactionThawTimeoutException()
        : base("The Volume Shadow Copy Service reported: transaction thaw timeout.")
    {
    }

    public VssTransactionThawTimeoutException(string message)
        : base(message)
    {
    }

    public VssTransactionThawTimeoutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
