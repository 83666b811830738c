using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using BackupFabric.Protos.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BackupFabric.Cli.Tests.Running;

internal sealed record SeenRequest(string Method, string Target, string? Authorization, string Body);

/// <summary>A server over real TLS that answers as a test tells it to, and remembers what it was asked, byte for byte.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app, int port)
    {
        _app = app;
        Address = new Uri($"https://127.0.0.1:{port}");
    }

    public Uri Address { get; private set; }

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public static async Task<ScriptedServer> StartAsync(TestAuthority authority, X509Certificate2? certificate = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(certificate ?? authority.Issue())));
        // A test that ends while a stream is open must not wait for it.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        var app = builder.Build();
        var server = new ScriptedServer(app, port);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Address = new Uri(app.Urls.Single());
        server.Text("GET", Routes.Authority, authority.Pem);
        server.Json("POST", Routes.SignIn, new SignInView("token-1", "admin", "administrator", Sample.Noon.AddHours(8)));
        return server;
    }

    /// <param name="target">As it travels: escaped, without the query.</param>
    public void On(string method, string target, Func<HttpContext, Task> answer) => _answers[$"{method} {target}"] = answer;

    public void Json<T>(string method, string target, T value, int status = StatusCodes.Status200OK, string type = "application/json") =>
        Text(method, target, JsonSerializer.Serialize(value, JsonSerializerOptions.Web), status, type);

    public void Problem(string method, string target, int status, ProblemView problem) => Json(method, target, problem, status, "application/problem+json");

    public void Text(string method, string target, string text, int status = StatusCodes.Status200OK, string type = "text/plain") =>
        On(method, target, context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            return context.Response.WriteAsync(text);
        });

    /// <summary>Answers the events of a job; <paramref name="connections"/> has one script per connection, the last one for all further.</summary>
    public void Events(Guid job, params Func<EventStream, Task>[] connections)
    {
        var connection = -1;
        On("GET", $"/api/v1/jobs/{job}/events", context =>
        {
            context.Response.ContentType = "text/event-stream";
            return connections[Math.Min(Interlocked.Increment(ref connection), connections.Length - 1)](new EventStream(context));
        });
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var reader = new StreamReader(context.Request.Body);
        Seen.Enqueue(new SeenRequest(context.Request.Method, target, context.Request.Headers.Authorization, await reader.ReadToEndAsync()));
        if (_answers.TryGetValue($"{context.Request.Method} {target.Split('?')[0]}", out var answer)) await answer(context);
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
