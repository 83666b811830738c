using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace BackupFabric.Protos.Tests.StandIns;

/// <summary>The published gRPC server and client run over the stand-ins as they would over the packages.</summary>
public sealed class GrpcOverStandInsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_unary_call_carries_its_message_and_its_text_and_binary_headers_both_ways()
    {
        await using var server = await LoopbackServer.StartAsync<EchoService>();
        var client = new Echo.EchoClient(server.Channel);
        byte[] secret = [0, 255, 10, 13, 128];

        using var call = client.SayAsync(
            new EchoNote { Text = "hello", Data = ByteString.CopyFrom(new byte[300_000]) },
            new Metadata { { "Pass", "through" }, { "pass-bin", secret } },
            cancellationToken: Cancel);

        var headers = await call.ResponseHeadersAsync;
        var answer = await call;
        Assert.Equal("hello", answer.Text);
        Assert.Equal(300_000, answer.Data.Length);
        Assert.Equal("through", headers.GetValue("pass"));
        Assert.Equal(secret, headers.GetValueBytes("pass-bin"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.NotNull(call.GetTrailers());
    }

    [Fact]
    public async Task A_blocking_call_answers()
    {
        await using var server = await LoopbackServer.StartAsync<EchoService>();
        Assert.Equal("hello", new Echo.EchoClient(server.Channel).Say(new EchoNote { Text = "hello" }, cancellationToken: Cancel).Text);
    }

    [Fact]
    public async Task Every_kind_of_streaming_ends_with_everything_delivered_in_order()
    {
        await using var server = await LoopbackServer.StartAsync<EchoService>();
        var client = new Echo.EchoClient(server.Channel);

        using var repeat = client.Repeat(new EchoNote { Text = "100", Data = ByteString.CopyFrom(new byte[10_000]) }, cancellationToken: Cancel);
        var texts = new List<string>();
        await foreach (var note in repeat.ResponseStream.ReadAllAsync(Cancel)) texts.Add(note.Text);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), texts);

        using var collect = client.Collect(cancellationToken: Cancel);
        foreach (var text in texts) await collect.RequestStream.WriteAsync(new EchoNote { Text = text }, Cancel);
        await collect.RequestStream.CompleteAsync();
        Assert.Equal(string.Concat(texts), (await collect).Text);

        using var chat = client.Chat(cancellationToken: Cancel);
        foreach (var text in texts)
        {
            await chat.RequestStream.WriteAsync(new EchoNote { Text = text }, Cancel);
            Assert.True(await chat.ResponseStream.MoveNext(Cancel));
            Assert.Equal(text, chat.ResponseStream.Current.Text);
        }

        await chat.RequestStream.CompleteAsync();
        Assert.False(await chat.ResponseStream.MoveNext(Cancel));
        Assert.Equal(StatusCode.OK, chat.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_failure_arrives_with_its_code_its_sentence_and_its_trailers()
    {
        await using var server = await LoopbackServer.StartAsync<EchoService>();
        var client = new Echo.EchoClient(server.Channel);
        var data = ByteString.CopyFrom(1, 2, 0, 255);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.SayAsync(new EchoNote { Text = "fail", Data = data }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal("It was asked to fail.", failure.Status.Detail);
        Assert.Equal(data.ToByteArray(), failure.Trailers.GetValueBytes("why-bin"));
        Assert.Equal("in the echo", failure.Trailers.GetValue("where"));
    }

    [Fact]
    public async Task A_deadline_ends_a_call_that_does_not_answer()
    {
        await using var server = await LoopbackServer.StartAsync<EchoService>();
        var client = new Echo.EchoClient(server.Channel);

        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.SayAsync(new EchoNote { Text = "wait" }, deadline: DateTime.UtcNow.AddMilliseconds(100), cancellationToken: Cancel));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task Cancelling_ends_a_call_that_does_not_answer()
    {
        await using var server = await LoopbackServer.StartAsync<EchoService>();
        var client = new Echo.EchoClient(server.Channel);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        using var call = client.SayAsync(new EchoNote { Text = "wait" }, cancellationToken: cancel.Token);
        await cancel.CancelAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    [Fact]
    public async Task Interceptors_see_calls_from_the_first_to_the_last()
    {
        await using var server = await LoopbackServer.StartAsync<EchoService>();
        var invoker = server.Channel
            .Intercept(headers => [.. headers, new Metadata.Entry("pass-bin", new byte[] { 7 })])
            .Intercept(headers => [.. headers, new Metadata.Entry("pass", "outer")]);

        using var call = new Echo.EchoClient(invoker).SayAsync(new EchoNote { Text = "x" }, cancellationToken: Cancel);
        var headers = await call.ResponseHeadersAsync;

        Assert.Equal("outer", headers.GetValue("pass"));
        Assert.Equal([7], headers.GetValueBytes("pass-bin")!);
    }
}
