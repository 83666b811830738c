using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssNonRetryableWriterException : VssWriterException
{
    public VssNonRetryableWriterException()
        : base("The Volume Shadow Copy Service reported: non retryable writer.")
    {
    }

    public VssNonRetryableWriterException(string message)
        : base(message)
    {
    }

    public VssNonRetryableWriterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssNonRetryableWriterException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
