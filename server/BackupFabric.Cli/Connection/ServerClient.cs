using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text.Json;
using BackupFabric.Cli.Output;
using BackupFabric.Protos.Rest;

namespace BackupFabric.Cli.Connection;

/// <summary>The REST API, as seen from `bf`: typed answers, and every failure a <see cref="CliProblemException"/> with its exit code.</summary>
internal sealed class ServerClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private readonly HttpClient http;

    private ServerClient(HttpClient http) => this.http = http;

    public static ServerClient Open(Profile profile)
    {
        var client = Connect(profile.Server, ServerTrust.Options(profile.AuthorityPem));
        client.http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", profile.Token);
        return client;
    }

    public static ServerClient Connect(Uri server, System.Net.Security.SslClientAuthenticationOptions tls) =>
        new(new HttpClient(new SocketsHttpHandler { SslOptions = tls, ConnectTimeout = ConnectTimeout }) { BaseAddress = server, Timeout = TimeSpan.FromSeconds(100) });

    public void Dispose() => http.Dispose();

    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Get, path, null, cancellation);

    public Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Post, path, body, cancellation);

    public Task<T> DeleteAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Delete, path, null, cancellation);

    public async Task<string> GetTextAsync(string path, CancellationToken cancellation)
    {
        using var answer = await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>The job's state as it changes, ending with its last one. A broken stream is taken up again a few times.</summary>
    public async IAsyncEnumerable<JobView> WatchAsync(Guid job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            await using var events = EventsAsync(job, cancellation).GetAsyncEnumerator(cancellation);
            while (true)
            {
                JobView view;
                try
                {
                    if (!await events.MoveNextAsync()) break;
                    view = events.Current;
                    failures = 0;
                }
                catch (Exception broken) when (broken is IOException or HttpRequestException or CliProblemException { ExitCode: ExitCode.Unreachable })
                {
                    // The job does not depend on being watched: a server restart in between should not look like its failure.
                    if (++failures > 30) throw broken as CliProblemException ?? Unreachable(broken);
                    break;
                }

                yield return view;
                if (view.Ended) yield break;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }
    }

    private async IAsyncEnumerable<JobView> EventsAsync(Guid job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, Path(Routes.JobEvents, job)), HttpCompletionOption.ResponseHeadersRead, cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var parser = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<JobView>(data, Printer.JsonOptions));
        await foreach (var item in parser.EnumerateAsync(cancellation))
            if (item.Data is { } view) yield return view;
    }

    /// <summary>A route of <see cref="Routes"/> with its one placeholder filled.</summary>
    public static string Path(string route, object value)
    {
        var open = route.IndexOf('{', StringComparison.Ordinal);
        var close = route.IndexOf('}', StringComparison.Ordinal);
        return route[..open] + Uri.EscapeDataString($"{value}") + route[(close + 1)..];
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: Printer.JsonOptions);
        using var answer = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(Printer.JsonOptions, cancellation)
                ?? throw new JsonException("the answer was empty");
        }
        catch (JsonException unreadable)
        {
            throw new CliProblemException("answer-unreadable", $"{http.BaseAddress} answered something that bf does not understand: {unreadable.Message}", "Check that the address is a BackupFabric server and that 'bf' is as new as the server.", ExitCode.Failed, unreadable);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, completion, cancellation);
        }
        catch (HttpRequestException failure) when (failure.InnerException is AuthenticationException)
        {
            throw new CliProblemException("server-not-trusted", $"{http.BaseAddress} does not prove to be the server that was trusted at login.", "If the server was installed anew, run 'bf login' again and compare the fingerprint; otherwise somebody may be in between.", ExitCode.Unreachable, failure);
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Unreachable(failure);
        }

        if (answer.IsSuccessStatusCode) return answer;
        using (answer) throw await ProblemOfAsync(answer, cancellation);
    }

    private CliProblemException Unreachable(Exception failure) =>
        new("server-unreachable", $"{http.BaseAddress} does not answer: {failure.GetBaseException().Message}", "Check the address and port, that the server runs, and that no firewall is in between.", ExitCode.Unreachable, failure);

    private static async Task<CliProblemException> ProblemOfAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        try
        {
            if (JsonSerializer.Deserialize<ProblemView>(text, Printer.JsonOptions) is { Code: not null, Sentence: not null } problem)
                return new CliProblemException(problem with { Advice = problem.Advice ?? "", Retry = problem.Retry ?? "never" }, ExitCode.Of(answer.StatusCode));
        }
        catch (JsonException)
        {
            // A proxy or something else that is not the server answered: say what it said.
        }

        return new CliProblemException("unexpected-answer", $"The server answered {(int)answer.StatusCode} {answer.ReasonPhrase}.", "Look at the server's log.", ExitCode.Of(answer.StatusCode));
    }
}
