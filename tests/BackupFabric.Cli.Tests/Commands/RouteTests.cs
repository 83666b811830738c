using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Cli.Tests.Running;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Tests.Commands;

/// <summary>A name is one segment of an address, whatever is in it.</summary>
public sealed class RouteTests
{
    [Theory]
    [InlineData("web 01", "web%2001")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("../hosts", "..%2Fhosts")]
    [InlineData("100%", "100%25")]
    [InlineData("%2F", "%252F")]
    [InlineData("what?x=1#y", "what%3Fx%3D1%23y")]
    [InlineData("Übung Ω 虚拟 😀", "%C3%9Cbung%20%CE%A9%20%E8%99%9A%E6%8B%9F%20%F0%9F%98%80")]
    [InlineData("{vm}", "%7Bvm%7D")]
    [InlineData("@file", "%40file")]
    [InlineData("a+b&c;d", "a%2Bb%26c%3Bd")]
    public async Task A_name_reaches_the_server_as_one_segment(string name, string segment)
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Json("GET", $"/api/v1/vms/{segment}", Sample.Vm(name));
        var run = await scene.RunAsync("vm", "show", name, "--json");
        Assert.Equal($"/api/v1/vms/{segment}", scene.Server.Seen.Last().Target);
        Assert.Equal(name, run.Json().GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_name_in_a_query_keeps_to_its_parameter()
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Text("GET", Routes.Jobs, "[]");
        scene.Server.Text("GET", Routes.Points, "[]");
        await scene.RunAsync("job", "list", "--vm", "a&limit=9 é", "--state", "running", "--limit", "3");
        Assert.Equal("/api/v1/jobs?limit=3&state=running&vm=a%26limit%3D9%20%C3%A9", scene.Server.Seen.Last().Target);
        await scene.RunAsync("point", "list", "--vm", "a&b");
        Assert.Equal("/api/v1/points?vm=a%26b", scene.Server.Seen.Last().Target);
    }

    [Fact]
    public async Task A_name_that_begins_like_an_option_can_be_given_after_two_dashes()
    {
        await using var scene = await Scene.SignedInAsync();
        scene.Server.Json("GET", "/api/v1/vms/--json", Sample.Vm());
        Assert.Equal(0, (await scene.RunAsync("vm", "show", "--", "--json")).ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("..")]
    public void What_an_address_swallows_is_refused(string name)
    {
        var refused = Assert.Throws<CliProblemException>(() => ServerClient.Path(Routes.Host, name));
        Assert.Equal(("name-invalid", 2), (refused.Problem.Code, refused.ExitCode));
    }
}
