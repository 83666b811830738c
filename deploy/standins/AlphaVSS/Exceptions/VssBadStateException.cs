using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssBadStateException : VssException
{
    public VssBadStateException()
        : base("The Volume Shadow Copy Service reported: bad state.")
    {
    }

    public VssBadStateException(string message)
        : base(message)
    {
    }

    public VssBadStateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssBadStateException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
