using Grpc.Core;

namespace BackupFabric.Protos.Tests.StandIns;

internal sealed class EchoService : Echo.EchoBase
{
    public override async Task<EchoNote> Say(EchoNote request, ServerCallContext context)
    {
        switch (request.Text)
        {
            case "wait":
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case "fail":
                var trailers = new Metadata { { "why-bin", request.Data.ToByteArray() }, { "where", "in the echo" } };
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "It was asked to fail."), trailers);
        }

        if (context.RequestHeaders.GetValueBytes("pass-bin") is { } bytes)
        {
            await context.WriteResponseHeadersAsync(
                new Metadata { { "pass-bin", bytes }, { "pass", context.RequestHeaders.GetValue("pass") ?? "" } });
        }

        return request;
    }

    public override async Task Repeat(
        EchoNote request, IServerStreamWriter<EchoNote> responseStream, ServerCallContext context)
    {
        var count = int.Parse(request.Text, System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < count; i++)
            await responseStream.WriteAsync(new EchoNote { Text = $"{i}", Data = request.Data }, context.CancellationToken);
    }

    public override async Task<EchoNote> Collect(IAsyncStreamReader<EchoNote> requestStream, ServerCallContext context)
    {
        var all = new EchoNote();
        await foreach (var note in requestStream.ReadAllAsync(context.CancellationToken)) all.Text += note.Text;
        return all;
    }

    public override async Task Chat(
        IAsyncStreamReader<EchoNote> requestStream, IServerStreamWriter<EchoNote> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext()) await responseStream.WriteAsync(requestStream.Current);
    }
}
