using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssRetryableWriterException : VssWriterException
{
    public VssRetryableWriterException()
        : base("The Volume Shadow Copy Service reported: retryable writer.")
    {
    }

    public VssRetryableWriterException(string message)
        : base(message)
    {
    }

    public VssRetryableWriterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssRetryableWriterException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
