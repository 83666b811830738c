using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssCannotRevertDiskIdException : VssException
{
    public VssCannotRevertDiskIdException()
        : base("The Volume Shadow Copy Service reported: cannot revert disk id.")
    {
    }

    public VssCannotRevertDiskIdException(string message)
        : base(message)
    {
    }

    public VssCannotRevertDiskIdException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssCannotRevertDiskIdException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
