namespace Alphaleonis.Win32.Vss;

public class VssProviderProperties
{
    public VssProviderProperties(
        Guid providerId, string providerName, VssProviderType providerType, string providerVersion, Guid providerVersionId, Guid classId)
    {
        ProviderId = providerId;
        ProviderName = providerName;
        ProviderType = providerType;
        ProviderVersion = providerVersion;
        ProviderVersionId = providerVersionId;
        ClassId = classId;
    }

    public Guid ProviderId { get; }

    public string ProviderName { get; }

    public VssProviderType ProviderType { get; }

    public string ProviderVersion { get; }

    public Guid ProviderVersionId { get; }

    public Guid ClassId { get; }
}
