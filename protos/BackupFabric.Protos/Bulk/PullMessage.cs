using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Bulk;

/// <summary>
/// A <see cref="PullDown"/> as it travels: either a generated message (anything but blocks) or a batch of blocks. Whoever reads one
/// from a stream disposes it. Whoever sends a batch keeps it, and may clear and refill it once the write has returned.
/// </summary>
public sealed class PullMessage : IDisposable
{
    private static readonly BulkCodec<PullDown> Codec = new(PullDown.Parser, PullDown.BlocksFieldNumber, bodyFields: PullDown.EndFieldNumber);

    public PullMessage(PullDown control)
    {
        if (control.BodyCase == PullDown.BodyOneofCase.Blocks)
            throw new ArgumentException("Blocks travel in a BlockBatchBuffer, not in a generated message.", nameof(control));
        Control = control;
    }

    public PullMessage(BlockBatchBuffer blocks) => Blocks = blocks;

    /// <summary>The message when it is not blocks.</summary>
    public PullDown? Control { get; }

    /// <summary>The blocks when it is.</summary>
    public BlockBatchBuffer? Blocks { get; }

    internal static Marshaller<PullMessage> Marshaller { get; } = new(Write, Read);

    public static implicit operator PullMessage(PullDown control) => new(control);

    public void Dispose() => Blocks?.Dispose();

    private static void Write(PullMessage message, SerializationContext context)
    {
        if (message.Blocks is { } blocks) Codec.Write(blocks, context);
        else BulkCodec<PullDown>.Write(message.Control!, context);
    }

    private static PullMessage Read(DeserializationContext context) => Codec.Read(context) switch
    {
        (_, { } blocks) => new PullMessage(blocks),
        (var control, _) => new PullMessage(control!),
    };
}
