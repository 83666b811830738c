using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssResyncInProgressException : Exception
{
    public VssResyncInProgressException()
        : base("The Volume Shadow Copy Service reported: resync in progress.")
    {
    }

    public VssResyncInProgressException(string message)
        : base(message)
    {
    }

    public VssResyncInProgressException(string message, Exception inner)
        : base(message, inner)
    {
    }

    protected VssResyncInProgressException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
