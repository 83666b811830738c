namespace Alphaleonis.Win32.Vss;

public sealed class VssInsufficientStorageException : VssException
{
    public VssInsufficientStorageException()
        : base("The Volume Shadow Copy Service reported: insufficient storage.")
    {
    }

    public VssInsufficientStorageException(string message)
        : base(message)
    {
    }

    public VssInsufficientStorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
