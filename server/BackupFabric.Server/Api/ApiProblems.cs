using BackupFabric.Protos.V1;

namespace BackupFabric.Server.Api;

internal static class ApiProblems
{
    public static Problem RouteUnknown(string method, string path) => new()
    {
        Code = "route-unknown",
        Sentence = $"This server has nothing at {method} {path}.",
        Advice = "GET /openapi/v1.json lists everything that it has.",
    };

    public static Problem MethodNotAllowed(string method, string path) => new()
    {
        Code = "method-not-allowed",
        Sentence = $"{path} does not take {method}.",
        Advice = "GET /openapi/v1.json lists what it takes.",
    };

    public static Problem RequestInvalid(string why) => new()
    {
        Code = "request-invalid",
        Sentence = $"The request cannot be read: {why}",
        Advice = "Send JSON with the members that GET /openapi/v1.json lists for this route, as application/json.",
    };

    public static Problem Refused(int status) => new()
    {
        Code = "request-refused",
        Sentence = $"The request was refused (HTTP {status}).",
        Advice = "GET /openapi/v1.json lists what this server takes.",
    };

    public static Problem IdAmbiguous(string text, IEnumerable<string> matches) => new()
    {
        Code = "id-ambiguous",
        Sentence = $"'{text}' is the beginning of more than one id: {string.Join(", ", matches)}.",
        Advice = "Give more of its characters.",
    };
}
