namespace Alphaleonis.Win32.Vss;

public sealed class VssWriterInfrastructureException : VssWriterException
{
    public VssWriterInfrastructureException()
        : base("The Volume Shadow Copy Service reported: writer infrastructure.")
    {
    }

    public VssWriterInfrastructureException(string message)
        : base(message)
    {
    }

    public VssWriterInfrastructureException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
