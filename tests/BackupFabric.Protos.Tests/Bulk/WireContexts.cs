using System.Buffers;
using Grpc.Core;

namespace BackupFabric.Protos.Tests.Bulk;

/// <summary>Runs marshallers without a connection: what a serializer writes, and a payload that arrives in pieces.</summary>
internal static class WireContexts
{
    public static byte[] Serialize<T>(this Marshaller<T> marshaller, T message)
    {
        var context = new Sent();
        marshaller.ContextualSerializer(message, context);
        return context.Payload();
    }

    public static T Parse<T>(this Marshaller<T> marshaller, byte[] payload, int pieceLength = int.MaxValue) =>
        marshaller.ContextualDeserializer(new Received(payload, pieceLength));

    private sealed class Sent : SerializationContext
    {
        private readonly ArrayBufferWriter<byte> _writer = new();
        private int _announced = -1;
        private bool _complete;

        public override void SetPayloadLength(int payloadLength) => _announced = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter() => _writer;

        public override void Complete() => _complete = true;

        public byte[] Payload()
        {
            Assert.True(_complete);
            Assert.Equal(_announced, _writer.WrittenCount);
            return _writer.WrittenSpan.ToArray();
        }
    }

    private sealed class Received(byte[] payload, int pieceLength) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        public override byte[] PayloadAsNewBuffer() => payload;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence()
        {
            if (pieceLength >= payload.Length) return new ReadOnlySequence<byte>(payload);
            var first = new Piece(payload.AsMemory(0, pieceLength), null);
            var last = first;
            for (var at = pieceLength; at < payload.Length; at += pieceLength)
                last = new Piece(payload.AsMemory(at, Math.Min(pieceLength, payload.Length - at)), last);
            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? previous)
        {
            Memory = memory;
            if (previous is null) return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
