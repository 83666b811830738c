using System.Net.Http.Headers;
using System.Net.Http.Json;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Start;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Server.Tests.Kit;

/// <summary>A whole server on a free port with its own data folder: real Kestrel, real TLS, real repository. It can be stopped and started again.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string Password = "a long test password";

    private readonly string[] _args;
    private ServerHost? _host;
    private HttpClient? _http;

    private TestServer(string folder, string[] args) => (Folder, _args) = (folder, args);

    public string Folder { get; }

    public ShiftedTime Time { get; } = new();

    public ServerHost Host => _host ?? throw new InvalidOperationException("The server is stopped.");

    public Uri Address => new($"https://localhost:{Host.Port}");

    /// <summary>Signed in as the first account.</summary>
    public HttpClient Http => _http ?? throw new InvalidOperationException("The server is stopped.");

    public static async Task<TestServer> StartAsync(params string[] args)
    {
        var folder = Path.Combine(Path.GetTempPath(), "bf-server-tests", Guid.NewGuid().ToString("N"));
        var server = new TestServer(folder, args);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        string[] all =
        [
            "--data", Folder, "--port", "0", "--bind", "127.0.0.1", "--SignIn:FirstPassword", Password, "--Jobs:InventoryGrace", "00:00:10",
            "--Jobs:PulseEvery", "00:00:01", "--Repository:FreeBytesReserve", "1048576", "--Server:FreeBytesWarning", "0", .. _args,
        ];
        _host = await ServerHost.StartAsync(all, TestContext.Current.CancellationToken, services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            services.AddLogging(logging => logging.ClearProviders());
        });
        _http = NewClient();
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await SignInAsync(_http)).Token);
    }

    public async Task StopAsync()
    {
        _http?.Dispose();
        if (_host is not null)
        {
            await _host.App.StopAsync();
            await _host.DisposeAsync();
        }

        (_host, _http) = (null, null);
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    public HttpClient NewClient() => new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = Trust.In(this) },
    })
    { BaseAddress = Address };

    public T Service<T>()
        where T : notnull => Host.App.Services.GetRequiredService<T>();

    public async Task<T> GetAsync<T>(string path) =>
        await Http.GetFromJsonAsync<T>(path, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("null");

    public async Task<string> TokenAsync(string? hostName = null)
    {
        var answer = await Http.PostAsJsonAsync(Routes.HostToken, new HostTokenRequest(hostName), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<HostTokenView>(TestContext.Current.CancellationToken))!.Token;
    }

    public Task<HttpResponseMessage> PostBackupAsync(Guid vm, BackupRequest? request = null) =>
        Http.PostAsJsonAsync(Routes.VmBackup.Replace("{vm}", vm.ToString("D"), StringComparison.Ordinal), request ?? new BackupRequest(), TestContext.Current.CancellationToken);

    public async Task<Guid> BackupAsync(Guid vm, BackupRequest? request = null) => await AcceptedAsync(await PostBackupAsync(vm, request));

    public async Task<Guid> RecoverAsync(RecoverVmRequest request) =>
        await AcceptedAsync(await Http.PostAsJsonAsync(Routes.RecoverVm, request, TestContext.Current.CancellationToken));

    public Task<JobView> JobAsync(Guid job) => GetAsync<JobView>(Routes.Job.Replace("{job}", job.ToString("N"), StringComparison.Ordinal));

    /// <summary>Watches the job's own stream of events until it is as wanted; fails when it ended otherwise.</summary>
    public async Task<JobView> JobUntilAsync(Guid job, Func<JobView, bool> wanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience.Limit);
        await using var events = await Http.GetStreamAsync(Routes.JobEvents.Replace("{job}", job.ToString("N"), StringComparison.Ordinal), patience.Token);
        JobView? last = null;
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(events, (_, data) =>
            System.Text.Json.JsonSerializer.Deserialize<JobView>(data, System.Text.Json.JsonSerializerOptions.Web)!).EnumerateAsync(patience.Token))
        {
            last = item.Data;
            if (wanted(last)) return last;
        }

        throw new InvalidOperationException($"The job ended otherwise: {last}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public static async Task<ProblemView> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.False(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (await answer.Content.ReadFromJsonAsync<ProblemView>(TestContext.Current.CancellationToken))!;
    }

    private static async Task<SignInView> SignInAsync(HttpClient http)
    {
        var answer = await http.PostAsJsonAsync(Routes.SignIn, new SignInRequest("admin", Password), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<SignInView>(TestContext.Current.CancellationToken))!;
    }

    private static async Task<Guid> AcceptedAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.StatusCode == System.Net.HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JobAccepted>(TestContext.Current.CancellationToken))!.JobId;
    }
}
