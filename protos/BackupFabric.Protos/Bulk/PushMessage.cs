using BackupFabric.Protos.V1;
using Grpc.Core;

namespace BackupFabric.Protos.Bulk;

/// <summary>
/// A <see cref="PushUp"/> as it travels: either a generated message (anything but blocks) or a batch of blocks. Whoever reads one
/// from a stream disposes it. Whoever sends a batch keeps it, and may clear and refill it once the write has returned.
/// </summary>
public sealed class PushMessage : IDisposable
{
    private static readonly BulkCodec<PushUp> Codec = new(PushUp.Parser, PushUp.BlocksFieldNumber, bodyFields: PushUp.RebaseFieldNumber);

    public PushMessage(PushUp control)
    {
        if (control.BodyCase == PushUp.BodyOneofCase.Blocks)
            throw new ArgumentException("Blocks travel in a BlockBatchBuffer, not in a generated message.", nameof(control));
        Control = control;
    }

    public PushMessage(BlockBatchBuffer blocks) => Blocks = blocks;

    /// <summary>The message when it is not blocks.</summary>
    public PushUp? Control { get; }

    /// <summary>The blocks when it is.</summary>
    public BlockBatchBuffer? Blocks { get; }

    internal static Marshaller<PushMessage> Marshaller { get; } = new(Write, Read);

    public static implicit operator PushMessage(PushUp control) => new(control);

    public void Dispose() => Blocks?.Dispose();

    private static void Write(PushMessage message, SerializationContext context)
    {
        if (message.Blocks is { } blocks) Codec.Write(blocks, context);
        else BulkCodec<PushUp>.Write(message.Control!, context);
    }

    private static PushMessage Read(DeserializationContext context) => Codec.Read(context) switch
    {
        (_, { } blocks) => new PushMessage(blocks),
        (var control, _) => new PushMessage(control!),
    };
}
