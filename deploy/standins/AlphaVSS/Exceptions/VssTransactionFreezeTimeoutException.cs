namespace Alphaleonis.Win32.Vss;

public sealed class VssTransactionFreezeTimeoutException : VssException
{
    public VssTransactionFreezeTimeoutException()
        : base("The Volume Shadow Copy Service reported: transaction freeze timeout.")
    {
    }

    public VssTransactionFreezeTimeoutException(string message)
        : base(message)
    {
    }

    public VssTransactionFreezeTimeoutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
