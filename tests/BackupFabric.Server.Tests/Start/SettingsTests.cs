using BackupFabric.Server.Start;
using Microsoft.Extensions.Configuration;

namespace BackupFabric.Server.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("Server:Port", "70000", "TCP port")]
    [InlineData("Server:Port", "many", "Server")]
    [InlineData("Server:Bind", "here", "IP address")]
    [InlineData("Server:PublicAddress", "http://x", "https")]
    [InlineData("Server:PublicAddress", "https://x/y", "path")]
    [InlineData("Server:DataFolder", " ", "empty")]
    [InlineData("Server:Portt", "1", "Server:Portt")]
    [InlineData("Sever:Port", "1", "Sever")]
    [InlineData("Database:Provider", "oracle", "oracle")]
    [InlineData("Tls:KeyPath", "/k.pem", "without a certificate")]
    [InlineData("Hosts:CertificateLifetime", "00:00:01", "at least")]
    [InlineData("Jobs:Lease", "00:00:20", "two pulses")]
    [InlineData("Jobs:RunningMax", "0", "at least 1")]
    [InlineData("Jobs:SoonDelay", "soon", "Jobs")]
    [InlineData("Transfer:BatchBytesMax", "99999999", "8 MiB")]
    [InlineData("Transfer:BatchesInFlightServerMax", "2", "at least 16")]
    [InlineData("Transfer:Codec", "gzip", "Transfer")]
    [InlineData("Transfer:Codec", "7", "no such codec")]
    [InlineData("Transfer:CodecLevel", "65", "no such level")]
    [InlineData("SignIn:FirstPassword", "short", "10 characters")]
    public void A_wrong_setting_says_which_why_and_what_to_do(string name, string value, string why)
    {
        var refused = Assert.Throws<StartException>(() => Read((name, value)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Advice);
        if (name == "SignIn:FirstPassword") Assert.DoesNotContain(value, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_defaults_are_valid() => Assert.Equal(ServerSettings.DefaultPort, Defaults().Server.Port);

    [Fact]
    public void The_command_line_takes_short_and_full_names()
    {
        var parsed = CommandLine.Parse(["--data", "/d", "--port=1", "--Repository:Path", "/r", "--bind", "::1"]);
        Assert.Equal(("/d", "1", "/r", "::1"), (parsed["Server:DataFolder"], parsed["Server:Port"], parsed["Repository:Path"], parsed["Server:Bind"]));
    }

    [Theory]
    [InlineData("--dat", "/d")]
    [InlineData("data", "/d")]
    [InlineData("--Nothing:Here", "x")]
    [InlineData("--data")]
    [InlineData("--data", "--port")]
    public void An_option_that_does_not_exist_or_lacks_its_value_stops_the_start(params string[] args)
    {
        var refused = Assert.Throws<StartException>(() => CommandLine.Parse(args));
        Assert.Contains(args[0], refused.Message, StringComparison.Ordinal);
    }

    internal static AllSettings Defaults() => Read();

    private static AllSettings Read(params (string Name, string Value)[] settings) => AllSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build());
}
