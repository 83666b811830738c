namespace Alphaleonis.Win32.Vss;

public sealed class VssUnexpectedWriterErrorException : VssException
{
    public VssUnexpectedWriterErrorException()
        : base("The Volume Shadow Copy Service reported: unexpected writer error.")
    {
    }

    public VssUnexpectedWriterErrorException(string message)
        : base(message)
    {
    }

    public VssUnexpectedWriterErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
