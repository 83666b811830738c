using System.Net;
using System.Text;
using System.Text.Json;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Tests.Kit;

namespace BackupFabric.Server.Tests.Api;

public sealed class ApiTests
{
    [Fact]
    public async Task Every_failure_is_a_problem()
    {
        await using var server = await TestServer.StartAsync();
        var http = server.Http;
        async Task RefusedAsync(string code, HttpStatusCode status, Task<HttpResponseMessage> asked)
        {
            var answer = await asked;
            Assert.Equal(status, answer.StatusCode);
            var problem = await TestServer.ProblemAsync(answer);
            Assert.Equal(code, problem.Code);
            Assert.True(problem.Sentence.Length > 10 && problem.Advice.Length > 10, $"{problem}");
        }

        static StringContent Json(string text, string type = "application/json") => new(text, Encoding.UTF8, type);

        await RefusedAsync("route-unknown", HttpStatusCode.NotFound, http.GetAsync("/api/v1/nothing"));
        await RefusedAsync("route-unknown", HttpStatusCode.NotFound, http.GetAsync("/"));
        await RefusedAsync("method-not-allowed", HttpStatusCode.MethodNotAllowed, http.DeleteAsync(Routes.Vms));
        await RefusedAsync("request-invalid", HttpStatusCode.BadRequest, http.PostAsync(Routes.HostToken, Json("{")));
        await RefusedAsync("request-invalid", HttpStatusCode.BadRequest, http.PostAsync(Routes.HostToken, Json("{\"minutes\":\"x\"}")));
        await RefusedAsync("request-invalid", HttpStatusCode.BadRequest, http.PostAsync(Routes.RecoverVm, Json("")));
        await RefusedAsync("request-invalid", HttpStatusCode.UnsupportedMediaType, http.PostAsync(Routes.HostToken, Json("a=b", "text/plain")));
        await RefusedAsync("vm-unknown", HttpStatusCode.NotFound, http.GetAsync(Routes.Vm.Replace("{vm}", "nothing", StringComparison.Ordinal)));
        await RefusedAsync("vm-unknown", HttpStatusCode.NotFound, http.PostAsync(Routes.VmBackup.Replace("{vm}", "nothing", StringComparison.Ordinal), Json("{}")));
        await RefusedAsync("contract-invalid", HttpStatusCode.BadRequest, http.PostAsync(Routes.VmBackup.Replace("{vm}", "nothing", StringComparison.Ordinal), Json("{\"contract\":\"perfect\"}")));
        await RefusedAsync("point-unknown", HttpStatusCode.NotFound, http.GetAsync(Routes.Point.Replace("{point}", "zz", StringComparison.Ordinal)));
        await RefusedAsync("job-unknown", HttpStatusCode.NotFound, http.GetAsync(Routes.JobEvents.Replace("{job}", "ffffffff", StringComparison.Ordinal)));
        await RefusedAsync("request-invalid", HttpStatusCode.BadRequest, http.GetAsync(Routes.Jobs + "?limit=all"));
    }

    [Fact]
    public async Task The_document_describes_every_route_and_the_problem()
    {
        await using var server = await TestServer.StartAsync();
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync(Routes.OpenApi));
        var paths = document.RootElement.GetProperty("paths");
        foreach (var field in typeof(Routes).GetFields())
        {
            var route = (string)field.GetRawConstantValue()!;
            if (route != Routes.OpenApi) Assert.True(paths.TryGetProperty(route, out _), route);
        }

        foreach (var operation in paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()))
        {
            Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
            Assert.True(operation.Value.GetProperty("responses").GetProperty("default").GetProperty("content").TryGetProperty("application/problem+json", out _));
        }

        Assert.True(document.RootElement.GetProperty("components").GetProperty("schemas").TryGetProperty("ProblemView", out _));
        Assert.True(document.RootElement.GetProperty("components").GetProperty("securitySchemes").TryGetProperty("Bearer", out _));
    }
}
