using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssSnapshotNotInSetException : Exception
{
    public VssSnapshotNotInSetException()
        : base("The Volume Shadow Copy Service reported: snapshot not in set.")
    {
    }

    public VssSnapshotNotInSetException(string message)
        : base(message)
    {
    }

    public VssSnapshotNotInSetException(string message, Exception inner)
        : base(message, inner)
    {
    }

    protected VssSnapshotNotInSetException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
