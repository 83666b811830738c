using System.Data;
using Alphaleonis.Win32.Vss;
using Microsoft.Data.SqlClient.Server;
using Microsoft.Identity.Client;
using Microsoft.Identity.Client.Broker;
using Microsoft.SqlServer.Server;

namespace BackupFabric.Protos.Tests.StandIns;

/// <summary>What the published packages do when they meet the stand-ins.</summary>
public sealed class PublishedPackagesTests
{
    [Fact]
    public void SqlClient_finds_the_types_that_it_was_compiled_against()
    {
        var known = new SqlMetaData("point", SqlDbType.Udt, typeof(Point));

        Assert.Equal(8, known.MaxLength);
        Assert.Throws<InvalidUdtException>(() => new SqlMetaData("text", SqlDbType.Udt, typeof(string)));
    }

    [Fact]
    public void An_interactive_sign_in_is_refused_with_a_way_out()
    {
        Assert.SkipUnless(IsStandIn(typeof(BrokerExtension)), "The real package can sign in.");
        var builder = PublicClientApplicationBuilder.Create("client");

        var refused = Assert.Throws<PlatformNotSupportedException>(() => builder.WithBroker(new BrokerOptions(BrokerOptions.OperatingSystems.None)));
        Assert.Contains("StandIns=false", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_native_part_of_VSS_is_refused_with_a_way_out()
    {
        Assert.SkipUnless(IsStandIn(typeof(VssFactoryProvider)), "The real package has a native part.");

        var refused = Assert.Throws<UnsupportedOperatingSystemException>(VssFactoryProvider.Default.GetVssFactory);
        Assert.Contains("StandIns=false", refused.Message, StringComparison.Ordinal);
    }

    private static bool IsStandIn(Type type) => type.Assembly
        .GetCustomAttributes(typeof(System.Reflection.AssemblyProductAttribute), false)
        .Cast<System.Reflection.AssemblyProductAttribute>()
        .Any(product => product.Product.EndsWith("(stand-in)", StringComparison.Ordinal));

    [SqlUserDefinedType(Format.UserDefined, MaxByteSize = 8)]
    private sealed class Point : IBinarySerialize
    {
        private long _place;

        public void Read(BinaryReader r) => _place = r.ReadInt64();

        public void Write(BinaryWriter w) => w.Write(_place);
    }
}
