using System.Text;
using Grpc.Core.Utils;

namespace Grpc.Core;

public class AuthProperty
{
    private readonly byte[] _valueBytes;

    private AuthProperty(string name, byte[] valueBytes)
    {
        Name = GrpcPreconditions.CheckNotNull(name, nameof(name));
        _valueBytes = GrpcPreconditions.CheckNotNull(valueBytes, nameof(valueBytes));
    }

    public string Name { get; }

    public string Value => Encoding.UTF8.GetString(_valueBytes);

    public byte[] ValueBytes => [.. _valueBytes];

    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        GrpcPreconditions.CheckNotNull(valueBytes, nameof(valueBytes));
        return new AuthProperty(name, [.. valueBytes]);
    }
}
