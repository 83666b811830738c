using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssTimeoutWriterException : VssRetryableWriterException
{
    public VssTimeoutWriterException()
        : base("The Volume Shadow Copy Service reported: timeout writer.")
    {
    }

    public VssTimeoutWriterException(string message)
        : base(message)
    {
    }

    public VssTimeoutWriterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssTimeoutWriterException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
