namespace Microsoft.Identity.Client.Broker;

public static class BrokerExtension
{
    /// <remarks>Only an interactive sign-in to Azure comes here, and a service has nobody who could sign in.</remarks>
    public static PublicClientApplicationBuilder WithBroker(
        this PublicClientApplicationBuilder builder, BrokerOptions brokerOptions) =>
        throw new PlatformNotSupportedException(
            "This build has the stand-in of Microsoft.Identity.Client.Broker, which cannot sign in interactively. "
            + "Choose another authentication in the connection string, or build with -p:StandIns=false.");
}
