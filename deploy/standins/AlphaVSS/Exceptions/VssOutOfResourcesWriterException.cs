using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssOutOfResourcesWriterException : VssRetryableWriterException
{
    public VssOutOfResourcesWriterException()
        : base("The Volume Shadow Copy Service reported: out of resources writer.")
    {
    }

    public VssOutOfResourcesWriterException(string message)
        : base(message)
    {
    }

    public VssOutOfResourcesWriterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssOutOfResourcesWriterException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
