using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public abstract class VssException : Exception
{
    protected VssException()
        : base("The Volume Shadow Copy Service reported an error.")
    {
    }

    protected VssException(string message)
        : base(message)
    {
    }

    protected VssException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
