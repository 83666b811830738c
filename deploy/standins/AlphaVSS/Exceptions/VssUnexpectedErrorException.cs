using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssUnexpectedErrorException : VssException
{
    public VssUnexpectedErrorException()
        : base("The Volume Shadow Copy Service reported: unexpected error.")
    {
    }

    public VssUnexpectedErrorException(string message)
        : base(message)
    {
    }

    public VssUnexpectedErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssUnexpectedErrorException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
