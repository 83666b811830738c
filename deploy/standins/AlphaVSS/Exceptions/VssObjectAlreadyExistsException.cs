namespace Alphaleonis.Win32.Vss;

public sealed class VssObjectAlreadyExistsException : VssException
{
    public VssObjectAlreadyExistsException()
        : base("The Volume Shadow Copy Service reported: object already exists.")
    {
    }

    public VssObjectAlreadyExistsException(string message)
        : base(message)
    {
    }

    public VssObjectAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
