using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssWriterNotRespondingException : VssWriterException
{
    public VssWriterNotRespondingException()
        : base("The Volume Shadow Copy Service reported: writer not responding.")
    {
    }

    public VssWriterNotRespondingException(string message)
        : base(message)
    {
    }

    public VssWriterNotRespondingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssWriterNotRespondingException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
