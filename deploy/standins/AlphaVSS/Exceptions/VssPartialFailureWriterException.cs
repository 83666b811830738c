using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssPartialFailureWriterException : VssWriterException
{
    public VssPartialFailureWriterException()
        : base("The Volume Shadow Copy Service reported: partial failure writer.")
    {
    }

    public VssPartialFailureWriterException(string message)
        : base(message)
    {
    }

    public VssPartialFailureWriterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssPartialFailureWriterException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
