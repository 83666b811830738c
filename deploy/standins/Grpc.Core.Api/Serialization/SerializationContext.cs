using System.Buffers;

namespace Grpc.Core;

/// <remarks>Whoever carries messages overrides what it supports; the base supports nothing.</remarks>
public abstract class SerializationContext
{
    public virtual void Complete(byte[] payload) => throw NotCarried(nameof(Complete));

    public virtual IBufferWriter<byte> GetBufferWriter() => throw NotCarried(nameof(GetBufferWriter));

    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    public virtual void Complete() => throw NotCarried(nameof(Complete));

    private NotSupportedException NotCarried(string member) =>
        new($"{GetType()} does not support {nameof(SerializationContext)}.{member}.");
}
