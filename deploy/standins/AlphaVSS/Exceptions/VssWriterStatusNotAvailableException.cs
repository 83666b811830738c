using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssWriterStatusNotAvailableException : VssWriterException
{
    public VssWriterStatusNotAvailableException()
        : base("The Volume Shadow Copy Service reported: writer status not available.")
    {
    }

    public VssWriterStatusNotAvailableException(string message)
        : base(message)
    {
    }

    public VssWriterStatusNotAvailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssWriterStatusNotAvailableException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
