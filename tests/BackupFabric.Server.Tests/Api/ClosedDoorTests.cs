using System.Net;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.Rest;
using BackupFabric.Server.Tests.Kit;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace BackupFabric.Server.Tests.Api;

/// <summary>Walks every endpoint that the server really has, so that a new one cannot forget its lock.</summary>
public sealed class ClosedDoorTests
{
    private static readonly string[] Open = [Routes.Health, Routes.Authority, Routes.SignIn];

    [Fact]
    public async Task Without_a_certificate_or_a_sign_in_nothing_but_health_enrolment_and_sign_in_answers()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.NewClient();
        var routes = server.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(routes.Count > 20, $"{routes.Count} endpoints");
        var (rest, grpc) = (0, 0);
        foreach (var route in routes)
        {
            if (route.Metadata.GetMetadata<GrpcMethodMetadata>() is { } method)
            {
                grpc++;
                await GrpcIsClosedAsync(server, method);
            }
            else
            {
                rest++;
                await RestIsClosedAsync(stranger, route);
            }
        }

        Assert.Equal(5, grpc);
        Assert.Equal(18, rest);
    }

    [Fact]
    public async Task A_bearer_token_opens_no_agents_door_and_a_certificate_no_operators()
    {
        await using var server = await TestServer.StartAsync();
        using var agent = await TestAgent.EnrolAsync(server, "HV1");
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = Trust.In(server), LocalCertificateSelectionCallback = (_, _, _, _, _) => agent.Certificate, ClientCertificates = [agent.Certificate] },
        })
        { BaseAddress = server.Address };
        Assert.Equal("sign-in-required", (await TestServer.ProblemAsync(await http.GetAsync(Routes.Hosts))).Code);

        using var channel = TestAgent.ChannelTo(server, null);
        var headers = new Metadata { { "authorization", server.Http.DefaultRequestHeaders.Authorization!.ToString() } };
        using var call = new BackupFabric.Protos.V1.AgentControl.AgentControlClient(channel).Connect(headers);
        Assert.Equal("certificate-required", (await Patience.ProblemOf(() => call.ResponseStream.MoveNext(CancellationToken.None))).Code);
    }

    [Fact]
    public async Task A_token_that_ran_out_says_so()
    {
        await using var server = await TestServer.StartAsync();
        server.Time.Advance(TimeSpan.FromHours(13));
        var answer = await server.Http.GetAsync(Routes.Hosts);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var problem = await TestServer.ProblemAsync(answer);
        Assert.Equal("sign-in-expired", problem.Code);
        Assert.Contains("bf login", problem.Advice, StringComparison.Ordinal);
    }

    private static async Task GrpcIsClosedAsync(TestServer server, GrpcMethodMetadata method)
    {
        if (method.Method.Name == "Enrol") return;
        using var channel = TestAgent.ChannelTo(server, null);
        var raw = new Method<byte[], byte[]>(
            MethodType.Unary, method.Method.ServiceName, method.Method.Name, Marshallers.Create<byte[]>(b => b, b => b), Marshallers.Create<byte[]>(b => b, b => b));
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            channel.CreateCallInvoker().AsyncUnaryCall(raw, null, default, []).ResponseAsync);
        Assert.True(failure.StatusCode == StatusCode.Unauthenticated, $"{method.Method.FullName}: {failure.Status}");
        Assert.True(failure.TryGetProblem(out var problem), method.Method.FullName);
        Assert.Equal("certificate-required", problem.Code);
    }

    private static async Task RestIsClosedAsync(HttpClient stranger, RouteEndpoint route)
    {
        var pattern = "/" + route.RoutePattern.RawText!.TrimStart('/');
        if (Open.Contains(pattern)) return;
        var path = pattern.Replace("{documentName}", "v1", StringComparison.Ordinal);
        foreach (var verb in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
        {
            var answer = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(verb), System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", "x")));
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{verb} {pattern}: {answer.StatusCode}");
            var problem = await TestServer.ProblemAsync(answer);
            Assert.Equal("sign-in-required", problem.Code);
            Assert.Contains("bf login", problem.Advice, StringComparison.Ordinal);
        }
    }
}
