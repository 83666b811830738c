using System.Reflection;

namespace BackupFabric.Protos.Tests.StandIns;

/// <summary>
/// Goal: code that compiles against a stand-in compiles against the package.
/// Method: print what the assembly shows and look every line up in the list of the package's signatures.
/// </summary>
public sealed class PublicSurfaceTests
{
    public static TheoryData<string> Assemblies =>
        ["Grpc.Core.Api", "Grpc.Net.Common", "AlphaVSS.Common", "Microsoft.SqlServer.Server", "Microsoft.Identity.Client.Broker"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_stand_in_shows_nothing_that_its_package_does_not_have(string name)
    {
        var package = SignatureList.Read(name);

        var strangers = new List<string>();
        foreach (var (head, members) in PublicSurface.Of(Assembly.Load(name)))
        {
            if (!package.Types.TryGetValue(head, out var known)) strangers.Add(head);
            else strangers.AddRange(members.Except(known).Select(member => $"{head}: {member}"));
        }

        Assert.Equal("", string.Join("\n", strangers));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_stand_in_has_the_identity_that_others_were_compiled_against(string name)
    {
        var package = SignatureList.Read(name);
        var identity = Assembly.Load(name).GetName();

        Assert.Equal(package.Version, identity.Version!.ToString());
        Assert.Equal(package.PublicKeyToken, Convert.ToHexStringLower(identity.GetPublicKeyToken() ?? []));
    }

    [Theory]
    [InlineData("Grpc.Core.Api")]
    [InlineData("Grpc.Net.Common")]
    public void The_gRPC_stand_ins_have_everything_that_their_packages_have(string name)
    {
        var surface = PublicSurface.Of(Assembly.Load(name));

        var missing = SignatureList.Read(name).Types.SelectMany(type => surface.TryGetValue(type.Key, out var members)
            ? type.Value.Except(members).Select(member => $"{type.Key}: {member}")
            : [type.Key]);

        Assert.Equal("", string.Join("\n", missing));
    }

    [Fact]
    public void The_VSS_stand_in_lacks_only_the_texts_of_the_package()
    {
        var surface = PublicSurface.Of(Assembly.Load("AlphaVSS.Common"));

        var missing = SignatureList.Read("AlphaVSS.Common").Types.SelectMany(type => surface.TryGetValue(type.Key, out var members)
            ? type.Value.Except(members).Select(member => $"{type.Key}: {member}")
            : [type.Key]);

        Assert.Equal(["[Alphaleonis.Win32.Vss.Resources] class LocalizedStrings"], missing);
    }
}
