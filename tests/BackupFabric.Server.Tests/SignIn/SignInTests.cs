using System.Net;
using System.Net.Http.Json;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.SignIn;
using BackupFabric.Server.Tests.Kit;

namespace BackupFabric.Server.Tests.SignIn;

public sealed class SignInTests
{
    [Fact]
    public async Task Guessing_is_held_back_and_the_right_password_works_after_the_pause()
    {
        await using var server = await TestServer.StartAsync("--SignIn:Pause", "00:02:00");
        using var http = server.NewClient();
        async Task<HttpResponseMessage> TryAsync(string user, string password) =>
            await http.PostAsJsonAsync(Routes.SignIn, new SignInRequest(user, password), TestContext.Current.CancellationToken);

        for (var i = 0; i < 5; i++)
        {
            var wrong = await TryAsync(i % 2 == 0 ? "admin" : "ADMIN", "guess");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.Equal("sign-in-failed", (await TestServer.ProblemAsync(wrong)).Code);
        }

        var held = await TryAsync("admin", TestServer.Password);
        Assert.Equal((HttpStatusCode)429, held.StatusCode);
        Assert.Equal("sign-in-held-back", (await TestServer.ProblemAsync(held)).Code);
        server.Time.Advance(TimeSpan.FromSeconds(121));
        Assert.Equal(HttpStatusCode.OK, (await TryAsync("admin", TestServer.Password)).StatusCode);
        Assert.Equal("sign-in-failed", (await TestServer.ProblemAsync(await TryAsync("nobody", "x"))).Code);
    }

    [Fact]
    public void The_pause_doubles_up_to_its_bound_and_ends_with_the_right_password()
    {
        var time = new ShiftedTime();
        var brake = new SignInBrake(new SignInSettings { FreeTries = 2, Pause = TimeSpan.FromSeconds(10), PauseMax = TimeSpan.FromSeconds(35) }, time);
        brake.Wrong("a");
        Assert.Equal(TimeSpan.Zero, brake.PauseFor("a"));
        foreach (var expected in new[] { 10, 20, 35, 35 })
        {
            brake.Wrong("a");
            Assert.InRange(brake.PauseFor("A").TotalSeconds, expected - 5, expected);
        }

        Assert.Equal(TimeSpan.Zero, brake.PauseFor("b"));
        brake.Right("a");
        Assert.Equal(TimeSpan.Zero, brake.PauseFor("a"));
    }

    [Fact]
    public void A_password_is_kept_as_a_salted_hash()
    {
        var (one, two) = (PasswordHash.Make("secret"), PasswordHash.Make("secret"));
        Assert.NotEqual(one, two);
        Assert.True(PasswordHash.Matches(one, "secret") && PasswordHash.Matches(two, "secret"));
        Assert.False(PasswordHash.Matches(one, "Secret"));
    }
}
