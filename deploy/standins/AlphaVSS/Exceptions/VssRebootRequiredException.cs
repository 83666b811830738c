namespace Alphaleonis.Win32.Vss;

public sealed class VssRebootRequiredException : VssException
{
    public VssRebootRequiredException()
        : base("The Volume Shadow Copy Service reported: reboot required.")
    {
    }

    public VssRebootRequiredException(string message)
        : base(message)
    {
    }

    public VssRebootRequiredException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
