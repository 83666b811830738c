using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssUnselectedVolumeException : VssException
{
    public VssUnselectedVolumeException()
        : base("The Volume Shadow Copy Service reported: unselected volume.")
    {
    }

    public VssUnselectedVolumeException(string message)
        : base(message)
    {
    }

    public VssUnselectedVolumeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssUnselectedVolumeException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
