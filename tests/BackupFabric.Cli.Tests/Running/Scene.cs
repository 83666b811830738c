using BackupFabric.Cli.Connection;

namespace BackupFabric.Cli.Tests.Running;

/// <summary>A server, and somebody in front of it who is signed in or not yet.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bf-test-");

    private Scene(TestAuthority authority, ScriptedServer server) => (Authority, Server) = (authority, server);

    public TestAuthority Authority { get; }

    public ScriptedServer Server { get; }

    public string ProfilePath => FilePath("profile.json");

    public Profile Profile => new(Server.Address, Authority.Pem, "token-1", "admin");

    public static async Task<Scene> NewAsync()
    {
        var authority = new TestAuthority();
        return new Scene(authority, await ScriptedServer.StartAsync(authority));
    }

    public static async Task<Scene> SignedInAsync()
    {
        var scene = await NewAsync();
        new ProfileFile(scene.ProfilePath).Save(scene.Profile);
        return scene;
    }

    public string FilePath(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(FilePath(name), text);
        return FilePath(name);
    }

    public Task<BfRun> RunAsync(params string[] arguments) => RunWithAsync("", null, arguments);

    public async Task<BfRun> RunWithAsync(string input, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var bf = Start(environment, arguments);
        return await bf.EndAsync(input);
    }

    public BfProcess Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments) => BfProcess.Start(ProfilePath, arguments, environment);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Authority.Dispose();
        _folder.Delete(recursive: true);
    }
}
