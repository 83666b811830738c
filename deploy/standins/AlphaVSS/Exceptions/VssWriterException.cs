using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public abstract class VssWriterException : VssException
{
    protected VssWriterException()
        : base("The Volume Shadow Copy Service reported an error.")
    {
    }

    protected VssWriterException(string message)
        : base(message)
    {
    }

    protected VssWriterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssWriterException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
