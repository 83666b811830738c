namespace Alphaleonis.Win32.Vss;

public sealed class VssVolumeNotSupportedException : VssException
{
    public VssVolumeNotSupportedException()
        : base("The Volume Shadow Copy Service reported: volume not supported.")
    {
    }

    public VssVolumeNotSupportedException(string message)
        : base(message)
    {
    }

    public VssVolumeNotSupportedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
