namespace Alphaleonis.Win32.Vss;

public sealed class VssObjectNotFoundException : VssException
{
    public VssObjectNotFoundException()
        : base("The Volume Shadow Copy Service reported: object not found.")
    {
    }

    public VssObjectNotFoundException(string message)
        : base(message)
    {
    }

    public VssObjectNotFoundException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
