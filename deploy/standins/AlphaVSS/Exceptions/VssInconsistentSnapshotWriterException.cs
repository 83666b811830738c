using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssInconsistentSnapshotWriterException : VssWriterException
{
    public VssInconsistentSnapshotWriterException()
        : base("The Volume Shadow Copy Service reported: inconsistent snapshot writer.")
    {
    }

    public VssInconsistentSnapshotWriterException(string message)
        : base(message)
    {
    }

    public VssInconsistentSnapshotWriterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssInconsistentSnapshotWriterException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
