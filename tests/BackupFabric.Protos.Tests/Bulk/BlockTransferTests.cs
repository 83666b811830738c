using System.Security.Cryptography;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace BackupFabric.Protos.Tests.Bulk;

/// <summary>The service over a real connection, with our client and with one that knows only the .proto.</summary>
public sealed class BlockTransferTests
{
    private static readonly Method<PushUp, PushDown> ForeignPush = new(
        MethodType.DuplexStreaming, "backupfabric.v1.BlockTransfer", "Push", Generated(PushUp.Parser), Generated(PushDown.Parser));

    private static readonly Method<PullRequest, PullDown> ForeignPull = new(
        MethodType.ServerStreaming, "backupfabric.v1.BlockTransfer", "Pull", Generated(PullRequest.Parser), Generated(PullDown.Parser));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Our_client_pushes_batches_and_hears_what_was_stored()
    {
        await using var server = await StartAsync();
        using var call = new BlockTransferClient(server.Channel).Push(Cancel);
        await call.RequestStream.WriteAsync(new PushUp { Begin = new PushBegin { JobId = "job" } }, Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal(PushDown.BodyOneofCase.Began, call.ResponseStream.Current.BodyCase);

        using var batch = new BlockBatchBuffer();
        for (ulong round = 1; round <= 20; round++)
        {
            batch.Clear();
            for (var i = 0; i < 10; i++) AddHashed(batch, new byte[(int)round * 5000], (byte)i);
            await call.RequestStream.WriteAsync(new PushMessage(batch), Cancel);
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            Assert.Equal(round, call.ResponseStream.Current.Stored.Batches);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Cancel));
    }

    [Fact]
    public async Task Our_client_pulls_batches_with_offsets()
    {
        await using var server = await StartAsync();
        using var call = new BlockTransferClient(server.Channel).Pull(new PullRequest { DiskKey = "disk" }, Cancel);
        var (blocks, bodies) = (0L, new List<string>());
        await foreach (var read in call.ResponseStream.ReadAllAsync(Cancel))
        {
            using var message = read;
            bodies.Add(message.Control?.BodyCase.ToString() ?? "Blocks");
            for (var i = 0; i < (message.Blocks?.Count ?? 0); i++, blocks++)
            {
                Assert.Equal(blocks * 65536, message.Blocks![i].Offset);
                Assert.True(Hashed(message.Blocks[i]));
            }
        }

        Assert.Equal(["Began", "Blocks", "Blocks", "End"], bodies);
        Assert.Equal(16, blocks);
    }

    [Fact]
    public async Task A_client_of_generated_code_pushes_and_pulls_as_well()
    {
        await using var server = await StartAsync();
        var invoker = server.Channel.CreateCallInvoker();
        using var push = invoker.AsyncDuplexStreamingCall(ForeignPush, null, new CallOptions(cancellationToken: Cancel));
        var payload = ByteString.CopyFrom(new byte[70_000]);
        var block = new SealedBlock { Id = ByteString.CopyFrom(SHA256.HashData(payload.Span)), PlainLength = 70_000, Payload = payload };
        await push.RequestStream.WriteAsync(new PushUp { Blocks = new BlockBatch { Blocks = { block } } }, Cancel);
        Assert.True(await push.ResponseStream.MoveNext(Cancel));
        Assert.Equal(1ul, push.ResponseStream.Current.Stored.Batches);

        using var pull = invoker.AsyncServerStreamingCall(ForeignPull, null, new CallOptions(cancellationToken: Cancel), new PullRequest());
        var messages = new List<PullDown>();
        await foreach (var message in pull.ResponseStream.ReadAllAsync(Cancel)) messages.Add(message);
        Assert.Equal(16, messages.Sum(message => message.Blocks?.Blocks.Count ?? 0));
        Assert.Equal(PullDown.BodyOneofCase.End, messages[^1].BodyCase);
    }

    [Fact]
    public async Task A_malformed_batch_ends_the_stream_with_a_problem_and_not_the_server()
    {
        await using var server = await StartAsync();
        var raw = new Method<byte[], PushDown>(
            MethodType.DuplexStreaming, "backupfabric.v1.BlockTransfer", "Push", Marshallers.Create<byte[]>(b => b, b => b), Generated(PushDown.Parser));
        using var push = server.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(raw, null, new CallOptions(cancellationToken: Cancel));
        await push.RequestStream.WriteAsync([0x22, 0x05, 0x0A, 0x00], Cancel);

        var failure = await Assert.ThrowsAsync<RpcException>(() => push.ResponseStream.MoveNext(Cancel));

        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Equal("bulk-message-malformed", failure.ToProblem().Code);
        using var pull = new BlockTransferClient(server.Channel).Pull(new PullRequest(), Cancel);
        Assert.True(await pull.ResponseStream.MoveNext(Cancel));
    }

    [Fact]
    public async Task A_problem_of_the_service_reaches_the_client_whole()
    {
        await using var server = await StartAsync();
        using var call = new BlockTransferClient(server.Channel).Pull(new PullRequest { DiskKey = "missing" }, Cancel);

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancel));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal(TransferService.Missing, failure.ToProblem());
    }

    private static Task<LoopbackServer> StartAsync() => LoopbackServer.StartAsync<TransferService>(
        services => services.AddGrpc(grpc => grpc.Interceptors.Add<ProblemInterceptor>()));

    private static void AddHashed(BlockBatchBuffer batch, byte[] payload, byte fill, long offset = 0)
    {
        payload.AsSpan().Fill(fill);
        Assert.True(batch.TryAdd(SHA256.HashData(payload), 0, payload.Length, payload, offset));
    }

    private static bool Hashed(SealedBlockView block)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(block.Payload, hash);
        return hash.SequenceEqual(block.Id);
    }

    private static Marshaller<T> Generated<T>(MessageParser<T> parser)
        where T : IMessage<T> => Marshallers.Create<T>(message => message.ToByteArray(), parser.ParseFrom);

    private sealed class TransferService : BlockTransferBase
    {
        public static readonly Problem Missing = new()
        {
            Code = "disk-not-found",
            Sentence = "The point has no disk 'missing': ä ö ü.",
            Advice = "Look at 'bf point show'.",
            Retry = RetryClass.AfterOperatorActs,
        };

        public override async Task Push(
            IAsyncStreamReader<PushMessage> requestStream, IServerStreamWriter<PushDown> responseStream, ServerCallContext context)
        {
            ulong batches = 0;
            await foreach (var read in requestStream.ReadAllAsync(context.CancellationToken))
            {
                using var message = read;
                if (message.Blocks is { } blocks)
                {
                    for (var i = 0; i < blocks.Count; i++)
                        if (!Hashed(blocks[i])) throw new ProblemException("block-damaged", "A block is damaged.", "Send it again.");
                    await responseStream.WriteAsync(new PushDown { Stored = new Stored { Batches = ++batches } });
                }
                else
                {
                    await responseStream.WriteAsync(new PushDown { Began = new PushBegan() });
                }
            }
        }

        public override async Task Pull(PullRequest request, IServerStreamWriter<PullMessage> responseStream, ServerCallContext context)
        {
            if (request.DiskKey == "missing") throw new ProblemException(Missing);
            await responseStream.WriteAsync(new PullDown { Began = new PullBegan() });
            using var batch = new BlockBatchBuffer();
            for (var i = 0; i < 16; i++)
            {
                AddHashed(batch, new byte[65536], (byte)i, i * 65536L);
                if (i % 8 != 7) continue;
                await responseStream.WriteAsync(new PullMessage(batch));
                batch.Clear();
            }

            await responseStream.WriteAsync(new PullDown { End = new PullEnd { Blocks = 16 } });
        }
    }
}
