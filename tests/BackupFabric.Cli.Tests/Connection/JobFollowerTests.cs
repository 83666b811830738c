using BackupFabric.Cli.Connection;
using BackupFabric.Cli.Output;
using BackupFabric.Cli.Tests.Running;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Tests.Connection;

/// <summary>Following a job with little patience, so that a test need not have much.</summary>
public sealed class JobFollowerTests
{
    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_server_that_is_gone_for_good_is_given_up_with_the_advice_how_to_follow_again()
    {
        await using var scene = await Scene.NewAsync();
        scene.Server.Events(Sample.JobId, async stream =>
        {
            await stream.SendAsync(Sample.Job("running"));
            await stream.StaySilentAsync();
        });
        using var client = ServerClient.Open(scene.Profile);
        await using var views = Follow(client, new WatchPatience(_moment, _long, TimeSpan.Zero));
        Assert.True(await views.MoveNextAsync());
        await scene.Server.DisposeAsync();
        var given = await Assert.ThrowsAsync<CliProblemException>(async () => await views.MoveNextAsync());
        Assert.Equal(("server-unreachable", 6), (given.Problem.Code, given.ExitCode));
        Assert.Contains("'bf job watch 0198f2ab41c0'", given.Problem.Advice);
    }

    [Fact]
    public async Task A_server_that_comes_back_is_found_again()
    {
        await using var scene = await Scene.NewAsync();
        scene.Server.Events(Sample.JobId, async stream =>
        {
            await stream.SendAsync(Sample.Job("running"));
            await stream.StaySilentAsync();
        });
        using var client = ServerClient.Open(scene.Profile);
        await using var views = Follow(client, new WatchPatience(_moment, _long, _long));
        Assert.True(await views.MoveNextAsync());
        await scene.Server.DisposeAsync();
        var next = views.MoveNextAsync().AsTask();
        await using var restarted = await ScriptedServer.StartAsync(scene.Authority, port: scene.Server.Address.Port);
        restarted.Events(Sample.JobId, stream => stream.SendAsync(Sample.Job("succeeded")));
        restarted.Json("GET", $"/api/v1/jobs/{Sample.JobId}", Sample.Job("running"));
        while (await next && !views.Current.Ended) next = views.MoveNextAsync().AsTask();
        Assert.Equal("succeeded", views.Current.State);
    }

    [Fact]
    public async Task A_stream_that_fell_silent_is_asked_anew()
    {
        await using var scene = await Scene.NewAsync();
        scene.Server.Events(Sample.JobId, stream => stream.StaySilentAsync());
        scene.Server.Json("GET", $"/api/v1/jobs/{Sample.JobId}", Sample.Job("cancelled"));
        using var client = ServerClient.Open(scene.Profile);
        await using var views = Follow(client, new WatchPatience(_moment, TimeSpan.FromMilliseconds(300), _long));
        Assert.True(await views.MoveNextAsync());
        Assert.Equal("cancelled", views.Current.State);
        Assert.False(await views.MoveNextAsync());
    }

    [Fact]
    public async Task An_impostor_in_between_is_not_waited_for()
    {
        await using var scene = await Scene.NewAsync();
        scene.Server.Events(Sample.JobId, stream => stream.BreakAsync());
        using var other = new TestAuthority();
        using var client = ServerClient.Open(scene.Profile with { AuthorityPem = other.Pem });
        await using var views = Follow(client, new WatchPatience(_moment, _long, _long));
        var refused = await Assert.ThrowsAsync<CliProblemException>(async () => await views.MoveNextAsync());
        Assert.Equal("server-not-trusted", refused.Problem.Code);
    }

    private static IAsyncEnumerator<JobView> Follow(ServerClient client, WatchPatience patience) =>
        new JobFollower(client, patience, TimeProvider.System).FollowAsync(Sample.JobId, TestContext.Current.CancellationToken).GetAsyncEnumerator();
}
