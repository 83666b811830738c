namespace Alphaleonis.Win32.Vss;

public sealed class VssVolumeInUseException : VssException
{
    public VssVolumeInUseException()
        : base("The Volume Shadow Copy Service reported: volume in use.")
    {
    }

    public VssVolumeInUseException(string message)
        : base(message)
    {
    }

    public VssVolumeInUseException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
