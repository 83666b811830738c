using BackupFabric.BlockStore;
using BackupFabric.Server.Start;
using BackupFabric.Server.Tests.Kit;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Server.Tests.Start;

public sealed class RepositorySecretTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bf-secret-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_passphrase_file_makes_an_encrypted_repository_and_opens_it_again_however_its_line_ends()
    {
        var file = Write("passphrase", "twelve dark horses\n");
        await using var server = await TestServer.StartAsync("--Repository:PassphraseFile", file);
        Assert.True(server.Service<Repository>().IsEncrypted);
        await File.WriteAllTextAsync(file, "twelve dark horses\r\n", TestContext.Current.CancellationToken);
        await server.RestartAsync();
        Assert.Equal(SecretKind.Passphrase, Assert.Single(server.Service<Repository>().Secrets()).Kind);

        await server.StopAsync();
        await File.WriteAllTextAsync(file, "twelve dark horse", TestContext.Current.CancellationToken);
        var wrong = await Assert.ThrowsAsync<StartException>(server.StartAgainAsync);
        Assert.Contains("passphrase does not open", wrong.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "short", TestContext.Current.CancellationToken);
        Assert.Contains("at least 8 characters", (await Assert.ThrowsAsync<StartException>(server.StartAgainAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_makes_an_encrypted_repository_and_without_it_the_start_says_what_to_set()
    {
        var file = Path.Combine(_folder, "key");
        await File.WriteAllBytesAsync(file, RepositorySecret.NewKeyFile(), TestContext.Current.CancellationToken);
        var repository = Path.Combine(_folder, "repository");
        await using (var server = await TestServer.StartAsync("--Repository:Path", repository, "--Repository:KeyFile", file)) Assert.True(server.Service<Repository>().IsEncrypted);
        var locked = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync("--Repository:Path", repository));
        Assert.Contains("encrypted", locked.Message, StringComparison.Ordinal);
        Assert.Contains("Repository:KeyFile", locked.Advice, StringComparison.Ordinal);
        var both = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync("--Repository:KeyFile", file, "--Repository:PassphraseFile", file));
        Assert.Contains("passphrase file as well", both.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_others_may_read_is_warned_of()
    {
        if (OperatingSystem.IsWindows()) return;
        var file = Write("passphrase", "twelve dark horses");
        var log = new Log();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Repositories.SecretFile.WarnIfExposed(new() { PassphraseFile = file }, log);
        Assert.Empty(log.Lines);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Repositories.SecretFile.WarnIfExposed(new() { PassphraseFile = file }, log);
        Assert.Contains(file, Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class Log : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
