using System.Text.RegularExpressions;
using BackupFabric.Cli.Tests.Running;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Tests.Commands;

/// <summary>A sign-in trusts exactly the authority that somebody confirmed, and the password goes nowhere before that.</summary>
public sealed class LoginTests
{
    private const string Secret = "correct horse battery";

    [Fact]
    public async Task The_right_fingerprint_signs_in_and_keeps_a_token_for_the_owner_only_but_no_password()
    {
        await using var scene = await Scene.NewAsync();
        var run = await LoginAsync(scene, "--fingerprint", scene.Authority.Fingerprint);
        Assert.Equal("", run.Error);
        Assert.Equal($"Signed in to {scene.Server.Address} as admin (administrator) until 2026-03-01 20:00:00 +00:00.\n", run.Out);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(Secret, SignInOf(scene)!.Body);
        var kept = await File.ReadAllTextAsync(scene.ProfilePath);
        Assert.DoesNotContain(Secret, kept);
        Assert.Contains("token-1", kept);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scene.ProfilePath));
        Assert.Equal([scene.ProfilePath], Directory.GetFileSystemEntries(Path.GetDirectoryName(scene.ProfilePath)!));

        scene.Server.Json("GET", Routes.Vms, Array.Empty<VmView>());
        Assert.Equal(0, (await scene.RunAsync("vm", "list")).ExitCode);
        Assert.Equal("Bearer token-1", scene.Server.Seen.Last().Authorization);
    }

    [Fact]
    public async Task A_fingerprint_may_be_written_with_colons_and_capitals()
    {
        await using var scene = await Scene.NewAsync();
        var written = "SHA256:" + string.Join(':', scene.Authority.Fingerprint.ToUpperInvariant().Chunk(2).Select(pair => new string(pair)));
        Assert.Equal(0, (await LoginAsync(scene, "--fingerprint", written)).ExitCode);
    }

    [Fact]
    public async Task Another_fingerprint_is_refused_before_the_password_leaves()
    {
        await using var scene = await Scene.NewAsync();
        var run = await LoginAsync(scene, "--fingerprint", new string('a', 64));
        Assert.Equal(6, run.ExitCode);
        Assert.Contains("[fingerprint-mismatch]", run.Error);
        Refused(scene);
    }

    [Fact]
    public async Task Half_a_fingerprint_proves_nothing()
    {
        await using var scene = await Scene.NewAsync();
        var run = await LoginAsync(scene, "--fingerprint", scene.Authority.Fingerprint[..32]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("[fingerprint-invalid]", run.Error);
        Refused(scene);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nobody_can_confirm_an_unknown_authority_is_refused_and_its_fingerprint_shown(bool json)
    {
        await using var scene = await Scene.NewAsync();
        var run = await LoginAsync(scene, json ? ["--json"] : []);
        Assert.Equal(6, run.ExitCode);
        Assert.Contains(scene.Authority.Fingerprint, json ? run.Json().GetProperty("problem").GetProperty("sentence").GetString()! : run.Error);
        Refused(scene);
    }

    [Fact]
    public async Task An_authority_file_is_trusted_and_a_private_key_beside_it_is_not_kept()
    {
        await using var scene = await Scene.NewAsync();
        var file = scene.Write("authority.pem", scene.Authority.KeyPem + "\n" + scene.Authority.Pem);
        var run = await LoginAsync(scene, "--authority", file, "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(scene.Authority.Fingerprint, run.Json().GetProperty("fingerprint").GetString());
        Assert.DoesNotContain("PRIVATE KEY", await File.ReadAllTextAsync(scene.ProfilePath));
    }

    [Fact]
    public async Task An_authority_file_of_somebody_else_refuses_the_server_before_the_password_leaves()
    {
        await using var scene = await Scene.NewAsync();
        using var other = new TestAuthority();
        var run = await LoginAsync(scene, "--authority", scene.Write("authority.pem", other.Pem));
        Assert.Equal(6, run.ExitCode);
        Assert.Contains("[server-not-trusted]", run.Error);
        Refused(scene);
    }

    [Theory]
    [InlineData("other.example.org", -1, 1, "not for '127.0.0.1' but for other.example.org")]
    [InlineData("127.0.0.1", -20, -10, "not valid under the authority that is trusted")]
    public async Task A_certificate_with_another_name_or_out_of_date_is_refused(string name, int fromDay, int untilDay, string reason)
    {
        await using var scene = await Scene.NewAsync();
        await using var server = await ScriptedServer.StartAsync(scene.Authority, scene.Authority.Issue(name, fromDay, untilDay));
        var run = await scene.RunWithAsync(Secret, null, "login", $"{server.Address}", "--fingerprint", scene.Authority.Fingerprint);
        Assert.Equal(6, run.ExitCode);
        Assert.Contains("[server-not-trusted]", run.Error);
        Assert.Contains(reason, run.Error);
        Assert.DoesNotContain(server.Seen, request => request.Target == Routes.SignIn);
    }

    [Fact]
    public async Task A_server_with_another_authority_at_the_same_address_never_sees_the_token()
    {
        await using var scene = await Scene.SignedInAsync();
        var port = scene.Server.Address.Port;
        await scene.Server.DisposeAsync();
        using var other = new TestAuthority();
        await using var impostor = await ScriptedServer.StartAsync(other, port: port);
        var run = await scene.RunAsync("vm", "list", "--json");
        Assert.Equal(6, run.ExitCode);
        Assert.Equal("server-not-trusted", run.Json().GetProperty("problem").GetProperty("code").GetString());
        Assert.Empty(impostor.Seen);
    }

    [Fact]
    public async Task A_wrong_password_leaves_the_sign_in_that_was_there()
    {
        await using var scene = await Scene.SignedInAsync();
        var before = await File.ReadAllTextAsync(scene.ProfilePath);
        scene.Server.Problem("POST", Routes.SignIn, 401, new ProblemView("sign-in-failed", "The account or the password is wrong.", "Try again.", "never"));
        var run = await LoginAsync(scene, "--fingerprint", scene.Authority.Fingerprint);
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("bf: The account or the password is wrong. [sign-in-failed]\n    Try again.\n", run.Error);
        Assert.Equal(before, await File.ReadAllTextAsync(scene.ProfilePath));
    }

    [Fact]
    public async Task A_password_file_gives_its_first_line()
    {
        await using var scene = await Scene.NewAsync();
        var file = scene.Write("password.txt", "päss wörd\r\nsecond line\n");
        Assert.Equal(0, (await scene.RunAsync("login", $"{scene.Server.Address}", "--fingerprint", scene.Authority.Fingerprint, "--password-file", file)).ExitCode);
        Assert.Contains(@"""password"":""päss wörd""", SignInOf(scene)!.Body);
    }

    [Fact]
    public async Task No_password_at_all_is_said_without_asking_the_server()
    {
        await using var scene = await Scene.NewAsync();
        var run = await scene.RunAsync("login", $"{scene.Server.Address}", "--fingerprint", scene.Authority.Fingerprint);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("[password-needed]", run.Error);
        Refused(scene);
    }

    [Theory]
    [InlineData("http://server:7443")]
    [InlineData("https://")]
    [InlineData("ftp://server")]
    [InlineData("https://admin:secret@server:7443")]
    [InlineData("two words")]
    public async Task What_is_not_a_server_address_is_refused(string address)
    {
        await using var scene = await Scene.NewAsync();
        var run = await scene.RunAsync("login", address, "--json");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("address-invalid", run.Json().GetProperty("problem").GetProperty("code").GetString());
    }

    [Fact]
    public async Task On_a_terminal_the_fingerprint_is_confirmed_and_the_password_typed_unseen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs 'script'.");
        await using var scene = await Scene.NewAsync();
        using var bf = BfProcess.StartOnTerminal(scene.ProfilePath, $"login {scene.Server.Address}");
        var asked = await SeenUntilAsync(bf, "[y/N]");
        Assert.Contains(scene.Authority.Fingerprint, asked);
        await bf.Input.WriteAsync("y\n");
        await bf.Input.FlushAsync();
        await SeenUntilAsync(bf, "Password: ");
        await bf.Input.WriteAsync("wronk\u007fg\n");
        await bf.Input.FlushAsync();
        var run = await bf.EndAsync();
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Signed in to", run.Out);
        Assert.DoesNotContain("wron", run.Out);
        Assert.Contains(@"""password"":""wrong""", SignInOf(scene)!.Body);
    }

    [Fact]
    public async Task On_a_terminal_no_answer_but_yes_trusts()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs 'script'.");
        await using var scene = await Scene.NewAsync();
        using var bf = BfProcess.StartOnTerminal(scene.ProfilePath, $"login {scene.Server.Address}");
        await SeenUntilAsync(bf, "[y/N]");
        var run = await bf.EndAsync("\n");
        Assert.Equal(6, run.ExitCode);
        Assert.Contains("[not-trusted]", run.Out);
        Refused(scene);
    }

    [Fact]
    public async Task Logout_removes_the_sign_in()
    {
        await using var scene = await Scene.SignedInAsync();
        Assert.True((await scene.RunAsync("logout", "--json")).Json().GetProperty("removed").GetBoolean());
        Assert.False(File.Exists(scene.ProfilePath));
        var again = await scene.RunAsync("logout");
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("no sign-in", again.Out);
        var listed = await scene.RunAsync("vm", "list");
        Assert.Equal(3, listed.ExitCode);
        Assert.Equal("bf: You are not signed in to a server. [not-signed-in]\n    Run 'bf login https://SERVER:PORT' first.\n", listed.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"server\":\"https://a\",\"authorityPem\":\"nothing\",\"token\":\"t\",\"user\":\"u\"}")]
    [InlineData("{\"server\":\"nowhere\",\"authorityPem\":\"nothing\",\"token\":\"t\",\"user\":\"u\"}")]
    public async Task A_damaged_sign_in_is_named_and_not_a_crash(string text)
    {
        await using var scene = await Scene.NewAsync();
        scene.Write("profile.json", text);
        var run = await scene.RunAsync("vm", "list");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("[profile-unreadable]", run.Error);
        Assert.Contains(scene.ProfilePath, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    private static Task<BfRun> LoginAsync(Scene scene, params string[] options) =>
        scene.RunWithAsync(Secret + "\n", null, ["login", $"{scene.Server.Address}", .. options]);

    private static SeenRequest? SignInOf(Scene scene) => scene.Server.Seen.SingleOrDefault(request => request.Target == Routes.SignIn);

    private static void Refused(Scene scene)
    {
        Assert.Null(SignInOf(scene));
        Assert.False(File.Exists(scene.ProfilePath));
    }

    private static async Task<string> SeenUntilAsync(BfProcess bf, string end)
    {
        var seen = "";
        var buffer = new char[1];
        while (!seen.EndsWith(end, StringComparison.Ordinal))
        {
            Assert.True(await bf.Out.ReadAsync(buffer) > 0, $"It ended before '{end}': {seen}");
            seen += buffer[0];
        }

        return Regex.Replace(seen, @"\x1b\[[0-9;?]*[a-zA-Z]", "");
    }
}
