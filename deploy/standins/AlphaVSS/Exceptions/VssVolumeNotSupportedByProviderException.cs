namespace Alphaleonis.Win32.Vss;

public sealed class VssVolumeNotSupportedByProviderException : VssException
{
    public VssVolumeNotSupportedByProviderException()
        : base("The Volume Shadow Copy Service reported: volume not supported by provider.")
    {
    }

    public VssVolumeNotSupportedByProviderException(string message)
        : base(message)
    {
    }

    public VssVolumeNotSupportedByProviderException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
