using System.Runtime.Serialization;

namespace Alphaleonis.Win32.Vss;

public class VssLegacyProviderException : VssException
{
    public VssLegacyProviderException()
        : base("The Volume Shadow Copy Service reported: legacy provider.")
    {
    }

    public VssLegacyProviderException(string message)
        : base(message)
    {
    }

    public VssLegacyProviderException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    protected VssLegacyProviderException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
}
