using System.Text.Json;
using BackupFabric.Protos.Rest;
using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Api;

/// <summary>Problems as application/problem+json: the members of <see cref="ProblemView"/> beside those of RFC 9457.</summary>
internal static class ProblemAnswer
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task WriteAsync(HttpContext context, Problem problem, int? status = null)
    {
        var code = status ?? HttpStatusOf(problem);
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers.CacheControl = "no-store";
        var body = new ProblemBody(
            $"urn:backupfabric:problem:{problem.Code}", problem.Sentence, code, problem.Advice,
            problem.Code, problem.Sentence, problem.Advice, Problems.WordOf(problem.Retry));
        await context.Response.WriteAsync(JsonSerializer.Serialize(body, Json), context.RequestAborted);
    }

    public static int HttpStatusOf(Problem problem) => problem.Code switch
    {
        "sign-in-required" or "sign-in-expired" or "sign-in-failed" => StatusCodes.Status401Unauthorized,
        "not-permitted" => StatusCodes.Status403Forbidden,
        "sign-in-held-back" => StatusCodes.Status429TooManyRequests,
        "unexpected-failure" => StatusCodes.Status500InternalServerError,
        "server-unhealthy" => StatusCodes.Status503ServiceUnavailable,
        var code when Ends(code, "-unknown") || Ends(code, "-not-found") => StatusCodes.Status404NotFound,
        var code when Ends(code, "-invalid") => StatusCodes.Status400BadRequest,
        var code when Ends(code, "-full") => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status409Conflict,
    };

    private static bool Ends(string code, string ending) => code.EndsWith(ending, StringComparison.Ordinal);

    private sealed record ProblemBody(string Type, string Title, int Status, string Detail, string Code, string Sentence, string Advice, string Retry);
}
