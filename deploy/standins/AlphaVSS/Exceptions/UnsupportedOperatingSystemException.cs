namespace Alphaleonis.Win32.Vss;

public sealed class UnsupportedOperatingSystemException : NotSupportedException
{
    public UnsupportedOperatingSystemException()
        : base("The Volume Shadow Copy Service reported: unsupported operating system.")
    {
    }

    public UnsupportedOperatingSystemException(string message)
        : base(message)
    {
    }

    public UnsupportedOperatingSystemException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
