using System.Text.Json;
using BackupFabric.BlockStore;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Api;

/// <summary>Every answer that is not a success becomes a problem, wherever in the pipeline it arose. gRPC calls have their own way.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception failure) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(context, failure);
            return;
        }

        if (!context.Response.HasStarted && context.Response is { StatusCode: >= 400, ContentType: null, ContentLength: null or 0 })
            await ProblemAnswer.WriteAsync(context, Explain(context), context.Response.StatusCode);
    }

    private async Task AnswerAsync(HttpContext context, Exception failure)
    {
        switch (failure)
        {
            case ProblemException known:
                await ProblemAnswer.WriteAsync(context, known.Problem);
                break;
            case BadHttpRequestException bad:
                await ProblemAnswer.WriteAsync(context, ApiProblems.RequestInvalid(WhyOf(bad)), bad.StatusCode);
                break;
            case RepositoryException repository:
                LogFailed(context.Request.Method, context.Request.Path, failure);
                await ProblemAnswer.WriteAsync(context, repository.ToProblem());
                break;
            default:
                LogFailed(context.Request.Method, context.Request.Path, failure);
                await ProblemAnswer.WriteAsync(context, Unforeseen());
                break;
        }
    }

    // What failed inside is for the log; a stranger's request must not show it.
    private static Problem Unforeseen() => new()
    {
        Code = "unexpected-failure",
        Sentence = "Something unforeseen failed in the server.",
        Advice = "Try again; if it comes back, the server's log has the details that a report needs.",
        Retry = RetryClass.Later,
    };

    private static string WhyOf(BadHttpRequestException bad) => bad.InnerException is JsonException json
        ? json.Path is { Length: > 0 } path ? $"the value at {path} is not what is expected." : "it is not valid JSON."
        : bad.Message;

    private static Problem Explain(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ApiProblems.RouteUnknown(context.Request.Method, context.Request.Path),
        StatusCodes.Status405MethodNotAllowed => ApiProblems.MethodNotAllowed(context.Request.Method, context.Request.Path),
        StatusCodes.Status415UnsupportedMediaType => ApiProblems.RequestInvalid("its content type is not application/json."),
        var status => ApiProblems.Refused(status),
    };

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFailed(string method, string path, Exception failure);
}
