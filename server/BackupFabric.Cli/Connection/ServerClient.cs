using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Connection;

/// <summary>The REST API, as seen from `bf`: typed answers, and every failure a <see cref="CliProblemException"/> with its exit code.</summary>
internal sealed class ServerClient : IDisposable
{
    private static readonly TimeSpan _connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(100);
    private readonly HttpClient _http;

    private ServerClient(HttpClient http) => _http = http;

    public static ServerClient Open(Profile profile)
    {
        var client = Connect(profile.Server, ServerTrust.Options(profile.AuthorityPem));
        client._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", profile.Token);
        return client;
    }

    public static ServerClient Connect(Uri server, SslClientAuthenticationOptions tls) =>
        new(new HttpClient(new SocketsHttpHandler { SslOptions = tls, ConnectTimeout = _connectTimeout, AllowAutoRedirect = false })
        {
            BaseAddress = server,
            Timeout = _answerTimeout,
        });

    public void Dispose() => _http.Dispose();

    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Get, path, null, cancellation);

    public Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Post, path, body, cancellation);

    public Task<T> DeleteAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Delete, path, null, cancellation);

    public async Task<string> GetTextAsync(string path, CancellationToken cancellation)
    {
        using var answer = await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, cancellation);
        return await TextOfAsync(answer, cancellation);
    }

    /// <summary>The job's view at every change, as one connection brings them; <see cref="JobFollower"/> takes up a broken one.</summary>
    public async IAsyncEnumerable<JobView> JobEventsAsync(Guid job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, Path(Routes.JobEvents, job)), HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var events = SseParser.Create(stream, (_, data) => ViewOf(data));
        await foreach (var item in events.EnumerateAsync(cancellation)) yield return item.Data;
    }

    private JobView ViewOf(ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize<JobView>(data, Printer.JsonOptions) ?? throw new JsonException("An event was empty.");
        }
        catch (JsonException unreadable)
        {
            throw Unreadable(unreadable);
        }
    }

    /// <summary>A route of <see cref="Routes"/> with its one placeholder filled.</summary>
    public static string Path(string route, object value)
    {
        var text = $"{value}";
        // An address swallows '.' and '..' even when they are escaped: it would name the list, or something else altogether.
        if (text.Trim() is "" or "." or "..")
            throw new CliProblemException("name-invalid", $"'{text}' cannot be a name or an id here.", "Give the id; the 'list' verbs show it.", ExitCode.Usage);
        var open = route.IndexOf('{', StringComparison.Ordinal);
        var close = route.IndexOf('}', StringComparison.Ordinal);
        return route[..open] + Uri.EscapeDataString(text) + route[(close + 1)..];
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: Printer.JsonOptions);
        using var answer = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(Printer.JsonOptions, cancellation) ?? throw new JsonException("The answer was empty.");
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw Unreadable(unreadable);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, completion, cancellation);
        }
        catch (HttpRequestException failure) when (failure.InnerException is UntrustedServerException untrusted)
        {
            throw new CliProblemException("server-not-trusted", $"{_http.BaseAddress} does not prove to be the trusted server: {untrusted.Message}.",
                "If the server was installed anew, run 'bf login' again and compare the fingerprint; if it has another name now, use that one; otherwise somebody may be in between.",
                ExitCode.Unreachable, failure);
        }
        catch (HttpRequestException failure) when (failure.InnerException is AuthenticationException)
        {
            throw new CliProblemException("not-a-server", $"What answers at {_http.BaseAddress} is not a BackupFabric server: {failure.InnerException.Message}",
                "Check the address and port.", ExitCode.Unreachable, failure);
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Unreachable(failure);
        }

        if (answer.IsSuccessStatusCode) return answer;
        using (answer) throw await ProblemOfAsync(answer, cancellation);
    }

    public CliProblemException Unreachable(Exception? failure) =>
        new(new ProblemView("server-unreachable", $"{_http.BaseAddress} does not answer: {failure?.GetBaseException().Message ?? "nothing came for too long."}",
            "Check the address and port, that the server runs, and that no firewall is in between.", "soon"), ExitCode.Unreachable, failure);

    private CliProblemException Unreadable(Exception failure) =>
        new("answer-unreadable", $"{_http.BaseAddress} answered something that bf does not understand: {failure.Message}",
            "Check that the address is a BackupFabric server and that 'bf' is as new as the server.", ExitCode.Failed, failure);

    private static async Task<CliProblemException> ProblemOfAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var exitCode = ExitCode.Of(answer.StatusCode);
        try
        {
            var text = await TextOfAsync(answer, cancellation);
            if (JsonSerializer.Deserialize<ProblemView>(text, Printer.JsonOptions) is { Code: not null, Sentence: not null } problem)
                return new CliProblemException(problem with { Advice = problem.Advice ?? "", Retry = problem.Retry ?? "never" }, exitCode);
        }
        catch (Exception cut) when (cut is JsonException or HttpRequestException or IOException)
        {
            // A proxy, something else that is not the server, or half an answer: the status is what there is to say.
        }

        var advice = exitCode switch
        {
            ExitCode.NotSignedIn => "Run 'bf login' again.",
            ExitCode.NotFound => "Check the address, and that 'bf' is as new as the server.",
            _ => "Look at the server's log.",
        };
        return new CliProblemException(
            new ProblemView("unexpected-answer", $"The server answered {(int)answer.StatusCode} {answer.ReasonPhrase}.", advice, exitCode == ExitCode.Unreachable ? "soon" : "never"),
            exitCode);
    }

    /// <summary>As UTF-8, whatever a stranger's Content-Type claims.</summary>
    private static async Task<string> TextOfAsync(HttpResponseMessage answer, CancellationToken cancellation) =>
        Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(cancellation));
}
