using BackupFabric.Blocks;
using BackupFabric.Protos.Bulk;
using BackupFabric.Protos.Problems;
using BackupFabric.Protos.V1;
using Google.Protobuf;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Foreign;

internal sealed class ScriptedTransfer(BackupScript script) : BlockTransferBase
{
    private const int BatchBytesMax = 300_000;

    public override async Task Push(
        IAsyncStreamReader<PushMessage> requestStream, IServerStreamWriter<PushDown> responseStream, ServerCallContext context)
    {
        Certified.Demand(context);
        if (script.PushFails is { } problem) throw new ProblemException(problem);
        ulong batches = 0;
        script.Spans.Clear();
        await foreach (var read in requestStream.ReadAllAsync(context.CancellationToken))
        {
            using var message = read;
            if (message.Blocks is { } blocks)
            {
                Store(blocks);
                await responseStream.WriteAsync(new PushDown { Stored = new Stored { Batches = ++batches } });
            }
            else if (Answer(message.Control!) is { } answer)
            {
                await responseStream.WriteAsync(answer);
            }
        }
    }

    public override Task Pull(PullRequest request, IServerStreamWriter<PullMessage> responseStream, ServerCallContext context) =>
        throw new ProblemException("pull-not-supported", "Nothing can be pulled here.", "Push.");

    private PushDown? Answer(PushUp up)
    {
        switch (up.BodyCase)
        {
            case PushUp.BodyOneofCase.Begin:
                Check(up.Begin.Ticket.Span.SequenceEqual(script.Ticket), "the ticket");
                return new PushDown { Began = Began() };
            case PushUp.BodyOneofCase.Offer:
                return new PushDown { Need = Need(up.Offer) };
            case PushUp.BodyOneofCase.Span:
                script.Spans.Add(up.Span.Span, up.Span.Entries.ToByteArray());
                return null;
            case PushUp.BodyOneofCase.Commit:
                script.Commits.Add(up.Commit);
                return new PushDown { Committed = new Committed { PointId = $"point-{script.Commits.Count}" } };
            default:
                throw new ProblemException("message-not-supported", $"{up.BodyCase} was not expected.", "Do not send it.");
        }
    }

    private PushBegan Began() => new()
    {
        Cutting = new CuttingTerms
        {
            Seed = script.Rules.Seed,
            LeastClusters = (uint)script.Rules.LeastClusters,
            AverageClusters = (uint)script.Rules.AverageClusters,
            GreatestClusters = (uint)script.Rules.GreatestClusters,
            SpanClusters = (uint)script.Rules.SpanClusters,
            ZeroRunClusters = (uint)script.Rules.ZeroRunClusters,
        },
        IdKey = ByteString.CopyFrom(script.IdKey),
        HasBase = { false },
        BatchBytesMax = BatchBytesMax,
        BatchesInFlightMax = 4,
    };

    private Need Need(Offer offer)
    {
        Check(offer.Ids.Length % BlockId.Size == 0, "the offered ids");
        var count = offer.Ids.Length / BlockId.Size;
        var bitmap = new byte[(count + 7) / 8];
        for (var i = 0; i < count; i++)
            if (!script.Blocks.ContainsKey(BlockId.Read(offer.Ids.Span[(i * BlockId.Size)..]))) bitmap[i / 8] |= (byte)(1 << (i % 8));
        return new Need { Sequence = offer.Sequence, Bitmap = ByteString.CopyFrom(bitmap) };
    }

    private void Store(BlockBatchBuffer blocks)
    {
        Check(blocks.EncodedLength <= BatchBytesMax, "the length of the batch");
        var key = new IdKey(script.IdKey);
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            Check(block.Codec == 0 && block.PlainLength == block.Payload.Length && block.PlainLength % Cluster.Size == 0, "the length of a block");
            Check(key.IdOf(block.Payload) == BlockId.Read(block.Id), "the id of a block");
            Check(script.Blocks.TryAdd(BlockId.Read(block.Id), block.Payload.ToArray()), "the need: the block was there already");
        }
    }

    private static void Check(bool holds, string what)
    {
        if (!holds) throw new ProblemException("push-invalid", $"The peer is wrong about {what}.", "Read the contract.");
    }
}
