using System.Buffers;
using Grpc.Core.Utils;

namespace Grpc.Core.Internal;

internal sealed class ArraySerializationContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _writer = new();
    private byte[]? _payload;

    public byte[] Payload => _payload
        ?? throw new InvalidOperationException("The serializer returned without completing its context.");

    public override void Complete(byte[] payload) => Finish(payload);

    public override IBufferWriter<byte> GetBufferWriter() => _writer;

    public override void Complete() => Finish(_writer.WrittenSpan.ToArray());

    private void Finish(byte[] payload)
    {
        GrpcPreconditions.CheckState(_payload is null, "The serializer completed its context twice.");
        _payload = payload;
    }
}
